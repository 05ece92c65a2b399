import { optionalPeer } from '../wire/hosts/optional-peer.ts'

type Ws = typeof import('ws')

/** WebSockets, which services that have no sessions need not install. @throws Error that says what to install. */
export function sockets(): Pick<Ws, 'WebSocket' | 'WebSocketServer'> {
  return optionalPeer('ws', 'governedUpgrade') as Ws
}
