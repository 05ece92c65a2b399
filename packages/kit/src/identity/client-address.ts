import type { IncomingMessage } from 'node:http'
import { isIP, SocketAddress } from 'node:net'
import { type AddressSet, plainAddress } from '../core/address-set.ts'

/** Tells the address that a request comes from; undefined when its connection has gone. */
export type AddressOf = (req: IncomingMessage) => string | undefined

/**
 * The address of whoever calls: that of the connection, or, where that is a proxy's that is trusted, what the proxy says in
 * `x-forwarded-for`. The header is read from its end, as far as trusted proxies have written it: what a client has put in
 * front of that is never believed.
 */
export function clientAddress(trusted?: AddressSet): AddressOf {
  return (req) => {
    const peer = req.socket.remoteAddress
    if (!trusted?.has(peer)) return peer === undefined ? undefined : plainAddress(peer)
    const said = forwardedFor(req)
    let address = peer!
    while (trusted.has(address)) {
      const before = hostOf(said.pop())
      if (before === undefined) break
      address = before
    }
    return plainAddress(address)
  }
}

function forwardedFor({ headers }: IncomingMessage): string[] {
  const header = headers['x-forwarded-for']
  const text = Array.isArray(header) ? header.join(',') : header
  return text === undefined ? [] : text.split(',')
}

const WITH_PORT = /^(?:\[(.+)\]|([\d.]+))(?::\d+)?$/

/** An address, without the port that some proxies write behind it; undefined for anything else. */
function hostOf(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? ''
  const [, inBrackets, plain] = WITH_PORT.exec(trimmed) ?? []
  const host = inBrackets ?? plain ?? trimmed
  return isIP(host) === 0 ? undefined : host
}

/** Groups of an IPv6 address that name a network; the other four are its user's to choose. */
const NETWORK_GROUPS = 4

/** What is counted as one address: an IPv4 address, or an IPv6 network of 64 bits, of which anybody has 2^64 addresses. */
export function addressBlock(address: string): string {
  if (isIP(address) !== 6) return address
  const canonical = new SocketAddress({ family: 'ipv6', address: address.split('%', 1)[0]! }).address
  const [before = '', after] = canonical.split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...tail]
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`
}
