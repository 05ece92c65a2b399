export { principal } from '../identify/slots.ts'
export { type AuthVirtualKeyOptions, authVirtualKey } from './auth-virtual-key.ts'
