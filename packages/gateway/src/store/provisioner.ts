import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import type { Config } from '../config/index.ts'
import { type Passing, type PassingOptions, passOver } from './passing.ts'
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

  function take(next: Passing | undefined): void {
    passing = next
    void next?.ended.then(() => {
      if (passing === next) passing = undefined
    })
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
      passing?.config.org === org ? passing.first(accounts) : undefined,
    ),
    async provision(config) {
      if (passing?.config === config) return lookAtLate(passing)
      const before = passing
      const next = passOver(config, options, { before })
      take(next)
      try {
        await next.ready
      } catch (error) {
        // What is in force stays in force, and so does what it had not come to.
        take(before && passOver(before.config, options, { again: before }))
        throw error
      }
    },
    close: async () => passing?.stop(),
  }
}

/** The same books, of which nobody spends, and to which nothing is granted, before its accounts are provided for. */
function providedFirst(
  ledger: Ledger,
  provide: (org: string, accounts: readonly AccountId[]) => Promise<unknown> | undefined,
): Ledger {
  return {
    ...ledger,
    reserve(command) {
      const provided = provide(command.org, command.path)
      return provided ? provided.then(() => ledger.reserve(command)) : ledger.reserve(command)
    },
    raise(command) {
      const provided = provide(command.org, [command.account])
      return provided ? provided.then(() => ledger.raise(command)) : ledger.raise(command)
    },
  }
}
