import type { Clock } from '@tollgate/kit/core'
import type { Config } from '../config/index.ts'
import type { Checks } from '../endpoints/health.ts'
import { limitsCheck } from './limits-check.ts'
import { withNotes } from './provisioned-notes.ts'
import { reprovisioning } from './reprovision.ts'
import type { Store } from './store.ts'

export interface KeptProvisioned {
  readonly store: Store
  /** What must be so before a gateway is ready. */
  readonly checks: Checks
  close(): Promise<void>
}

/** The store, whose accounts are made again where a Redis has other books than those that were provisioned at the start. */
export async function keepProvisioned(
  config: () => Config,
  store: Store,
  { clock }: { readonly clock: Clock },
): Promise<KeptProvisioned> {
  // A file is not taken away under a process that has it open.
  const { store: place } = config()
  if (place.kind === 'sqlite') return { store, checks: {}, close: async () => {} }
  const { redisPresence } = await import('@tollgate/kit/ledger/redis')
  const { target, prefix } = place
  const look = redisPresence(target, { prefix })
  // What was noted of them is not so: the restart that is asked for looks at every key.
  const onMissing = () => void withNotes(config(), (notes) => notes.forget()).catch(() => {})
  const { ledger, check } = await reprovisioning(config, store, { look, onMissing, clock })
  const checks = { accounts: check, limits: limitsCheck(place, clock) }
  return { store: { ...store, ledger }, checks, close: () => look.close() }
}
