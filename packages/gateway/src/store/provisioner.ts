import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import type { Config } from '../config/index.ts'
import { type Passing, type PassingOptions, passOver } from './passing.ts'
import { providedFirst } from './provided-first.ts'
import { beginPass, stepsOf } from './provision.ts'

/** Gives everybody the budgets that a config says, and lets callers come meanwhile. */
export interface Provisioner {
  /**
   * The books. While there are accounts that have not had their budgets by the config in force, whoever spends from one is waited
   * with until it has: for its own, and nobody else's.
   */
  readonly ledger: Ledger
  /** Resolves when callers may come by this config; where there are many accounts, the others have theirs later. */
  provision(config: Config): Promise<void>
  /** Resolves when nothing of it runs. What has not been done is done by the next start. */
  close(): Promise<void>
}

export type ProvisionerOptions = Omit<PassingOptions, 'beforeAnybody' | 'retryMs'> &
  Partial<Pick<PassingOptions, 'beforeAnybody' | 'retryMs'>>

export function provisioner({
  beforeAnybody = 1000,
  retryMs = 5000,
  ...given
}: ProvisionerOptions): Provisioner {
  const options: PassingOptions = { ...given, beforeAnybody, retryMs }
  const { ledger, withNotes } = options
  let passing: Passing | undefined
  /** The last by whose config callers have come, whether or not it has ended. */
  let inForce: Passing | undefined
  let closed = false

  function take(next: Passing | undefined): void {
    passing = next
    void next?.ended.then(() => {
      // Of one that was stopped halfway, whoever comes all the same is still waited with.
      if (passing === next && !closed) passing = undefined
    })
  }

  /** Wait for some accounts; where a config is given up meanwhile, for what is in force instead of it. */
  async function provide(accounts: readonly AccountId[]): Promise<void> {
    for (let by = passing; by; by = passing) {
      try {
        await by.first(accounts)
        return
      } catch (error) {
        if (passing === by) throw error
      }
    }
  }

  /** What was made while all were looked at went by what was in force until then. */
  async function lookAtLate({ config, begun }: Passing): Promise<void> {
    const { now } = await begun
    await withNotes(config, async (notes) => {
      for await (const _ of stepsOf(await beginPass(config, { ...options, notes }, now)));
    })
  }

  return {
    ledger: providedFirst(ledger, (org, accounts) =>
      passing?.config.org === org ? provide(accounts) : undefined,
    ),
    async provision(config) {
      if (passing?.config === config) return lookAtLate(passing)
      const next = passOver(config, options, { before: passing })
      take(next)
      try {
        await next.ready
      } catch (error) {
        // What is in force stays in force: for those it had not come to, and for whoever has been given something else.
        take(inForce && passOver(inForce.config, options, { before: next, again: inForce }))
        throw error
      }
      inForce = next
    },
    async close() {
      closed = true
      await passing?.stop()
    },
  }
}
