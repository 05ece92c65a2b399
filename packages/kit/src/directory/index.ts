export type { CreateKeyResult, Directory, KeyPage, RevokeKeyResult } from './directory.ts'
export { type Identity, principalOf } from './identity.ts'
export { type KeyHasher, keyHasher, MASTER_KEY_MIN_BYTES } from './key-hash.ts'
export type { KeyOwner, KeyRecord, KeySummary, NewKey } from './key-record.ts'
export { isKeyId, issueKey, keyIsLive, keyPrincipal, keyRecord } from './key-record.ts'
export { type LayeredDirectoryOptions, layeredDirectory } from './layered-directory.ts'
export { accountPath, type Principal } from './principal.ts'
export { type StaticDirectory, staticDirectory } from './static-directory.ts'
export {
  type MintedKey,
  mintVirtualKey,
  parseVirtualKey,
  VIRTUAL_KEY_PATTERN,
  VIRTUAL_KEY_PREFIX,
} from './virtual-key.ts'
