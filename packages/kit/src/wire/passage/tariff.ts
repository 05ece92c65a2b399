import type { Meter } from './meter.ts'

/** The meter of a request, by its method and path; undefined where none is meant for it. */
export type Tariff = (method: string, path: string) => Meter | undefined

const KEY = /^(?:([A-Z]+) )?(\/\S*)$/

interface Line {
  readonly method: string | undefined
  readonly path: string
  readonly meter: Meter
}

/**
 * Read meters by the paths that they are for, once, at assembly. A star stands for one segment, and at the end of a path for
 * everything below it.
 *
 * @param below how a path reads below what its provider's base URL has already.
 * @throws RangeError for what is no path, nor a method and a path.
 */
export function tariffOf(meters: Readonly<Record<string, Meter>>, below: (path: string) => string): Tariff {
  const lines = Object.entries(meters).map(([key, meter]): Line => {
    const [, method, path] = KEY.exec(key) ?? []
    if (path === undefined)
      throw new RangeError(`"${key}" is for no path: write "/v1/batches", or "POST /v1/batches"`)
    return { method, path: below(path), meter }
  })
  lines.sort((a, b) => plainness(b.path) - plainness(a.path) || Number(!a.method) - Number(!b.method))
  const tariff = lines.map(({ method, path, meter }) => ({ method, matches: matcherOf(path), meter }))
  return (asked, path) =>
    tariff.find(({ method = asked, matches }) => method === asked && matches.test(path))?.meter
}

/** What says more of a path counts before what says less. */
function plainness(path: string): number {
  return path.replaceAll('*', '').length
}

function matcherOf(path: string): RegExp {
  const source = path
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\/\*$/, '/.+')
    .replaceAll('*', '[^/]+')
  return new RegExp(`^${source}$`)
}
