import { initRedisLedger } from '@tollgate/kit/ledger/redis'
import type { RedisStore, StoreConfig } from '../config/index.ts'
import { startWarnings } from '../doctor/start-warnings.ts'
import { withNotes } from './provisioned-notes.ts'
import { reachable } from './redis-reach.ts'

export interface OpenedBooks {
  /** `there`: it had books, which are as they were. */
  readonly status: 'made' | 'there'
  /** What an operator should know of the servers, a sentence each. */
  readonly warnings: readonly string[]
}

/** Open the books of the config's org. @throws Error where books must not be kept, or the server cannot be reached. */
export function openRedisBooks(config: StoreConfig, store: RedisStore): Promise<OpenedBooks> {
  return reachable(store, async () => {
    const warnings = await startWarnings(config, store)
    const { target, prefix } = store
    const [opened] = await initRedisLedger(target, { orgs: [config.org], prefix })
    // Nobody has an account in them, whatever was noted of books that were here before.
    if (opened!.status === 'made') await withNotes({ ...config, store }, (notes) => notes.forget())
    return { status: opened!.status, warnings }
  })
}
