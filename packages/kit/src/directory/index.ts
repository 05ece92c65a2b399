export { type CachedKeysOptions, cachedKeys } from './cached-keys.ts'
export { isKeyId } from './check-key.ts'
export type {
  AtRevision,
  Changed,
  ChangeKeyResult,
  CreateKeyResult,
  Directory,
  KeyChange,
  KeyPage,
  NewSecret,
  RevokeKeyResult,
} from './directory.ts'
export { everyRecord } from './every-record.ts'
export { askAdministrator, type HowToAsk } from './how-to-ask.ts'
export { type Identity, principalOf } from './identity.ts'
export { type ImportedKeyHasher, importedKeyHasher } from './imported-key.ts'
export { issueKey, keyRecord, type NewKey } from './issue-key.ts'
export { type KeyHasher, keyHasher, MASTER_KEY_MIN_BYTES } from './key-hash.ts'
export type { KeyOwner, KeyRecord, KeySummary, PreviousSecret } from './key-record.ts'
export { keyIsLive, keyPrincipal, keySummary } from './key-record.ts'
export { type LayeredDirectoryOptions, layeredDirectory } from './layered-directory.ts'
export { accountPath, type KeyScopes, type Principal } from './principal.ts'
export type {
  Actor,
  Change,
  ChangePage,
  Kept,
  Owner,
  PutRecord,
  PutResult,
  RecordPage,
  RecordStore,
  RemoveRecord,
  RemoveResult,
} from './record-store.ts'
export {
  type AccessRequest,
  type BudgetsRecord,
  type Decision,
  type Grant,
  type OrgRecord,
  type ProjectRecord,
  RECORD_KINDS,
  type RecordKind,
  type Records,
  type RequestCaps,
  type Role,
  type TeamRecord,
  type TierBudget,
  type TierRates,
  type TierRecord,
  type UserRecord,
  type Wanted,
} from './records.ts'
export { scopesFault } from './scopes.ts'
export { type StaticDirectory, staticDirectory } from './static-directory.ts'
export {
  type MintedKey,
  mintVirtualKey,
  parseVirtualKey,
  VIRTUAL_KEY_PATTERN,
  VIRTUAL_KEY_PREFIX,
} from './virtual-key.ts'
