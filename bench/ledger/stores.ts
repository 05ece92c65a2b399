import { join } from 'node:path'
import { sqliteLedger } from '@tollgate/kit'
import type { Ledger } from '@tollgate/kit/ledger'
import { initRedisLedger, redisLedger } from '@tollgate/kit/ledger/redis'
import { temporaryFolder } from '../processes/temporary-folder.ts'
import { redisUrl } from './part.ts'

/** The one org of every part. */
export const ORG = 'bench'

export interface Store {
  readonly name: 'Redis' | 'SQLite'
  readonly ledger: Ledger
}

/** A busy machine may keep Redis from running for longer than a gateway waits: then the wait is what is to be seen. */
const DEADLINE_MS = 10_000

export async function redisStore(): Promise<Store> {
  await initRedisLedger(redisUrl, { orgs: [ORG] })
  return { name: 'Redis', ledger: redisLedger(redisUrl, { deadlineMs: DEADLINE_MS }) }
}

export function sqliteStore(): Store {
  return { name: 'SQLite', ledger: sqliteLedger(join(temporaryFolder(), 'tollgate.db')) }
}
