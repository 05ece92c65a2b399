import type { Target } from './format.ts'

/** What a URL says of a call besides its body: everything before the query, and the query itself. */
export function targetOf(url: string, bytes: number): Target {
  const mark = url.indexOf('?')
  return mark === -1
    ? { bytes, path: url, query: '' }
    : { bytes, path: url.slice(0, mark), query: url.slice(mark + 1) }
}
