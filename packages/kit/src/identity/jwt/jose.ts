import { optionalPeer } from '../../wire/hosts/optional-peer.ts'

type Jose = typeof import('jose')

/** Signatures and key sets, which services that take no tokens need not install. @throws Error that says what to install. */
export function jose(): Jose {
  return optionalPeer('jose', 'jwtAuthenticator') as Jose
}
