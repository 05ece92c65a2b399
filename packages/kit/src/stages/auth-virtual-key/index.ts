export type { Authenticate } from '../../identity/authenticator.ts'
export { principal } from '../identify/slots.ts'
export { type AuthChainOptions, authVirtualKey } from './auth-virtual-key.ts'
export {
  type AuthVirtualKeyOptions,
  keyAuthenticator,
  virtualKeyAuthenticator,
} from './virtual-key-authenticator.ts'
