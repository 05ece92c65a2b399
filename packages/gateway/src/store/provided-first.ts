import type { AccountId, Ledger } from '@tollgate/kit/ledger'

/**
 * The same books, of which nobody spends, and to which nothing is granted, before its accounts are provided for. What was reserved
 * before is extended by the limits that hold by now.
 *
 * @param provide undefined where nobody has to be waited for.
 */
export function providedFirst(
  ledger: Ledger,
  provide: (org: string, accounts: readonly AccountId[]) => Promise<unknown> | undefined,
): Ledger {
  /** What is reserved here and open, by id: who extends it does not say on which accounts it is. */
  const open = new Map<string, readonly AccountId[]>()
  const nameOf = (org: string, id: string) => `${org}/${id}`

  return {
    ...ledger,
    async reserve(command) {
      const { org, id, path } = command
      const provided = provide(org, path)
      if (provided) await provided
      const answer = await ledger.reserve(command)
      if (answer.status === 'ok') open.set(nameOf(org, id), path)
      return answer
    },
    async extend(command) {
      const { org, id } = command
      const provided = provide(org, open.get(nameOf(org, id)) ?? [])
      if (provided) await provided
      return ledger.extend(command)
    },
    async raise(command) {
      const provided = provide(command.org, [command.account])
      if (provided) await provided
      return ledger.raise(command)
    },
    settle(command) {
      open.delete(nameOf(command.org, command.id))
      return ledger.settle(command)
    },
    release(org, id) {
      open.delete(nameOf(org, id))
      return ledger.release(org, id)
    },
  }
}
