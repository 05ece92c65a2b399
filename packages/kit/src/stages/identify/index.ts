export type { Identity } from '../../directory/identity.ts'
export { identify } from './identify.ts'
export { principal } from './slots.ts'
