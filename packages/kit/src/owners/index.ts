export { OWNED_PER, type OwnedPer, ownerOf } from './owner-of.ts'
export type { Claim, Owned, Owners } from './owners.ts'
