/** The version that a path begins with. */
export const VERSION: RegExp = /^\/v\d+(?:alpha|beta)?\d*(?=\/|$)/
/** The version that a base URL, or the path of a mount, ends in. */
export const VERSION_AT_END: RegExp = /\/v\d+(?:alpha|beta)?\d*$/

const VERSIONS = /^(?:\/v\d+(?:alpha|beta)?\d*)+(?=\/|$)/i
const UPLOADED = /^\/upload(?=\/v\d)/

/** A path without its version, however often it says one, in whatever case: some servers make no difference. */
export function withoutVersions(path: string): string {
  const [root = ''] = UPLOADED.exec(path) ?? []
  return root + path.slice(root.length).replace(VERSIONS, '')
}
