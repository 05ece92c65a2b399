import type { ClientCertificate } from './client-certificate.ts'

/** One `key=value`, and what ends it; a value with a comma, a semicolon or an equals sign in it stands in quotes. */
const PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;=\\]*))([;,]|$)/y

/** Those that may be said once only: a second one would be a second truth. */
const ONCE: ReadonlySet<string> = new Set(['hash', 'subject', 'cert', 'chain'])

/**
 * The certificates that an `x-forwarded-client-cert` header tells of, one for each proxy that has added an element, the
 * caller's first; undefined when it is not in the grammar to the letter:
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export function parseXfcc(header: string): ClientCertificate[] | undefined {
  const elements = elementsOf(header)
  return elements?.map((pairs) => {
    const all = (name: string) => pairs.flatMap(([key, value]) => (key === name && value !== '' ? value : []))
    return {
      hash: all('hash')[0]?.toLowerCase(),
      uris: all('uri'),
      dns: all('dns').map((name) => name.toLowerCase()),
      // Envoy tells of no mail addresses.
      emails: [],
    }
  })
}

type Pairs = (readonly [key: string, value: string])[]

function elementsOf(header: string): Pairs[] | undefined {
  const elements: Pairs[] = [[]]
  for (let at = 0; ; ) {
    PAIR.lastIndex = at
    const [text, name = '', quoted, bare, end] = PAIR.exec(header) ?? []
    if (text === undefined) return undefined
    const key = name.toLowerCase()
    const element = elements.at(-1)!
    if (ONCE.has(key) && element.some(([known]) => known === key)) return undefined
    element.push([key, quoted === undefined ? bare! : quoted.replace(/\\(.)/g, '$1')])
    at += text.length
    if (end === '') return elements
    if (end === ',') {
      elements.push([])
      // Node joins headers of one name, and some proxies elements, with a space behind the comma.
      while (header[at] === ' ') at += 1
    }
  }
}
