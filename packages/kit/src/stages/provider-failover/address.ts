/** A provider's base URL in the two parts that a request needs. */
export interface BaseUrl {
  readonly origin: string
  readonly path: string
}

const bases = new Map<string, BaseUrl>()

/** The parts of a base URL; there are as many as providers. */
export function baseUrlOf(baseUrl: string): BaseUrl {
  const known = bases.get(baseUrl)
  if (known) return known
  const url = new URL(baseUrl)
  const base = { origin: url.origin, path: url.pathname.replace(/\/+$/, '') }
  bases.set(baseUrl, base)
  return base
}

/** A path under a base URL, which may end in the version that the path begins with. */
export function addressed({ path: base }: BaseUrl, path: string): string {
  return base.endsWith('/v1') && path.startsWith('/v1/') ? base + path.slice(3) : base + path
}
