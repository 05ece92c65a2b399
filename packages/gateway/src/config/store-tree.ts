import { mintVirtualKey } from '@tollgate/kit/directory'
import type { Tree } from './yaml.ts'

/** What only a running gateway uses: where it listens, whom it calls, and where it reports. */
const OF_THE_SERVICE: ReadonlySet<string> = new Set([
  'listen',
  'auth',
  'admin',
  'providers',
  'routes',
  'timeouts',
  'retries',
  'breakers',
  'prices',
  'price_files',
  'price_updates',
  'pipeline',
  'tag_sources',
  'spool',
])

/** What a command needs of a config beyond where the books are. */
export interface CommandNeeds {
  /** It hashes a key, and needs what the gateway hashes it with. */
  readonly withMasterKey?: boolean
  /** It seals keys of providers, or opens them. */
  readonly withSealKeys?: boolean
  /** It writes records, and needs the files that they are in. */
  readonly withAudit?: boolean
}

/**
 * What a command beside a gateway reads of its config: where the books are, and who is in them. The variables of
 * everything else, secrets above all, need not be set where the command runs.
 */
export function storeTree(
  tree: Tree,
  { withMasterKey = false, withSealKeys = false, withAudit = false }: CommandNeeds,
): Tree {
  const needed: Readonly<Record<string, boolean>> = {
    master_key: withMasterKey,
    seal_keys: withSealKeys,
    audit: withAudit,
  }
  const isRead = (field: string) => !OF_THE_SERVICE.has(field) && (needed[field] ?? true)
  const fields = Object.entries(tree).filter(([field]) => isRead(field))
  return Object.fromEntries(
    fields.map(([field, value]) => [field, field === 'keys' ? withoutSecrets(value) : value]),
  )
}

/** No caller shows a key to a command: in place of its secret each has one that nobody knows. */
function withoutSecrets(keys: unknown): unknown {
  if (!Array.isArray(keys)) return keys
  return keys.map((key: unknown) =>
    typeof key === 'object' && key !== null && 'secret' in key
      ? { ...key, secret: mintVirtualKey().secret }
      : key,
  )
}
