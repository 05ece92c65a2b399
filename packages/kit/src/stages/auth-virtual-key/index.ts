export { principal } from '../identify/slots.ts'
export { authVirtualKey } from './auth-virtual-key.ts'
export { type Authenticate, type AuthVirtualKeyOptions, keyAuthenticator } from './authenticate.ts'
