/** Headers as undici takes them at the least cost: a name, its value, the next name. Names are in lower case. */
export type FlatHeaders = readonly string[]

/** Put one in, in place of the one of its name. */
export function setHeader(headers: string[], name: string, value: string): void {
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] !== name) continue
    headers[at + 1] = value
    return
  }
  headers.push(name, value)
}

export function byName(headers: FlatHeaders): Record<string, string> {
  const named: Record<string, string> = {}
  for (let at = 0; at < headers.length; at += 2) named[headers[at]!] = headers[at + 1]!
  return named
}
