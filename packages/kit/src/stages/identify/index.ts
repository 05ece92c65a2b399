export { type Identity, identify } from './identify.ts'
export { principal } from './slots.ts'
