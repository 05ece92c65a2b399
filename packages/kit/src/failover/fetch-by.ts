import '../core/needs-node.ts'
import { type Dispatcher, type RequestInfo, type RequestInit, fetch as undiciFetch } from 'undici'

/**
 * A `fetch` that goes by the connections of a dispatcher, its proxies and its certificates: the global one knows of none of
 * them. For whatever is asked besides calls: an issuer's keys, a provider's models, an address that is told of alerts.
 *
 * @example
 * jwtAuthenticator({ issuers, fetch: fetchBy(providerAgent({ proxies: { https: 'http://proxy.internal:3128' } })) })
 */
export function fetchBy(dispatcher: Dispatcher): typeof globalThis.fetch {
  const by = (asked: RequestInfo, init?: RequestInit) => undiciFetch(asked, { ...init, dispatcher })
  // Node's types of it are of the release that Node has inside.
  return by as unknown as typeof globalThis.fetch
}
