export { type OwnerCheckOptions, ownerCheck } from './owner-check.ts'
