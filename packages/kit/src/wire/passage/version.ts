/** The version that a path begins with. */
export const VERSION: RegExp = /^\/v\d+(?:alpha|beta)?\d*(?=\/|$)/
/** The version that a base URL, or the path of a mount, ends in. */
export const VERSION_AT_END: RegExp = /\/v\d+(?:alpha|beta)?\d*$/

const VERSIONS = /^(\/upload(?=\/v\d))?((?:\/v\d+(?:alpha|beta)?\d*)+)(?=\/|$)/

/** A path without its version, however often it says one. */
export function withoutVersions(path: string): string {
  return path.replace(VERSIONS, '$1')
}
