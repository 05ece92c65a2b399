export { APPROVALS, type Approval, approvalFor, type KnownTiers } from './approval.ts'
export type { Ask, AskResult } from './ask.ts'
export {
  type CallerHeldTier,
  type CallerTier,
  type CallerTierOptions,
  callerHeldTier,
  callerTier,
  type HeldTier,
} from './caller-tier.ts'
export type { Decide, Undecided } from './close-request.ts'
export type { Approve, ApproveResult, CloseResult } from './decide.ts'
export type { KeyOwnerOf, OwnerOfKey } from './deciders.ts'
export { type AccessDesk, accessDesk } from './desk.ts'
export type { AccessDeskOptions } from './desk-parts.ts'
export { type Granted, type GrantView, type GrantViewOptions, grantView } from './grant-view.ts'
export { isActive, type KeptGrant } from './grants.ts'
export { type Party, partyName, partyOf } from './party.ts'
export {
  HANDOVER_MS,
  nextHandoverMs,
  type RaisedAccount,
  type RaisedBooks,
  raiseBy,
  writeRaises,
} from './raises.ts'
export { type RecordCache, type RecordCacheOptions, recordCache } from './record-cache.ts'
export type { Revoke, RevokeResult } from './revoke.ts'
