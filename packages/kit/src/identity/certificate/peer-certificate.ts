import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { ClientCertificate } from './client-certificate.ts'

/** The certificate of a connection, as Node has verified it. */
export interface PeerCertificate extends ClientCertificate {
  /** Why it was not verified; undefined when it was. */
  readonly unverified: string | undefined
  /** From this instant on it is not valid any more, although its connection lasts. */
  readonly endsAtMs: number
}

/** Taking a certificate apart costs more than all the rest: once for each connection. */
const known = new WeakMap<TLSSocket, PeerCertificate | 'none'>()

/** The certificate that a connection was made with; undefined when there is none, or it is not TLS that ends here. */
export function peerCertificate({ socket }: IncomingMessage): PeerCertificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  let certificate = known.get(socket)
  if (certificate === undefined) {
    certificate = read(socket) ?? 'none'
    known.set(socket, certificate)
  }
  return certificate === 'none' ? undefined : certificate
}

function read(socket: TLSSocket): PeerCertificate | undefined {
  const { fingerprint256, subjectaltname = '', valid_to } = socket.getPeerCertificate() ?? {}
  if (!fingerprint256) return undefined
  const names = alternativeNames(subjectaltname)
  const all = (kind: string) => (names ?? []).flatMap(([key, name]) => (key === kind ? name : []))
  const unverified = socket.authorized ? undefined : `not verified: ${String(socket.authorizationError)}`
  return {
    hash: fingerprint256.replaceAll(':', '').toLowerCase(),
    uris: all('URI'),
    dns: all('DNS').map((name) => name.toLowerCase()),
    emails: all('email'),
    unverified: unverified ?? (names ? undefined : 'its alternative names cannot be read'),
    endsAtMs: Date.parse(valid_to),
  }
}

/** A name in quotes is JSON's, which Node writes where a name has characters that could be taken for another name. */
const NAME = /([^:,"]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y

/** Kinds and names, as Node tells them in one text; undefined when that cannot be taken apart in one way only. */
export function alternativeNames(text: string): (readonly [kind: string, name: string])[] | undefined {
  const names: (readonly [string, string])[] = []
  for (let at = 0; at < text.length; ) {
    NAME.lastIndex = at
    const [whole, kind = '', name = ''] = NAME.exec(text) ?? []
    if (whole === undefined) return undefined
    names.push([kind, name.startsWith('"') ? (JSON.parse(name) as string) : name])
    at += whole.length
  }
  return names
}
