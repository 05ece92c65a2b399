import type { Settle } from '../../ledger/ledger.ts'
import { sumOf } from '../reference/accounts.ts'
import { entryIn, type Named } from '../reference/books.ts'
import { TOMBSTONE_MS } from '../reference/closing.ts'
import { isAlive, isSame } from '../reference/entries.ts'
import type { ReferenceLedger } from '../reference/reference-ledger.ts'
import type { LedgerCommand } from './command.ts'

/**
 * Whether the interface says what this command is answered. It does not once a record may have served its time, which a
 * store may find out early or late; nor what becomes of an id that was settled before it was
 * reserved, nor how costs are booked that bring a sum, beyond all limits, to where integers end.
 */
export function isPromised(reference: ReferenceLedger, command: LedgerCommand): boolean {
  if (command[0] === 'settle' && !staysExact(reference, command[1])) return false
  return named(command).every((name) => isPromisedOf(reference, name, command[0]))
}

function staysExact({ books }: ReferenceLedger, { org, id, actual }: Settle): boolean {
  const counters = entryIn(books, { org, id })?.counters ?? []
  return counters.every((counter) => {
    const { spent, reserved } = sumOf(counter)
    return spent + reserved + BigInt(actual[counter.rule.budget.metric]) <= Number.MAX_SAFE_INTEGER
  })
}

function named([method, ...args]: LedgerCommand): Named[] {
  if (method === 'release') return [{ org: args[0] as string, id: args[1] as string }]
  if (method === 'heartbeat') return (args[1] as Named[]).map(({ id }) => ({ org: args[0] as string, id }))
  const hasId = method === 'reserve' || method === 'extend' || method === 'settle'
  return hasId ? [args[0] as Named] : []
}

function isPromisedOf({ books }: ReferenceLedger, { org, id }: Named, method: string): boolean {
  const isIt = (other: Named) => other.org === org && other.id === id
  if (method !== 'settle' && books.unbooked.some(isIt)) return false
  const entry = books.entries.findLast(isIt)
  if (!entry) return true
  if (entry.forgotten) return false
  // A repeated reserve is given its grant again; what an extension has made of it since is not said.
  if (method === 'reserve' && entry.state === 'open') return isSame(entry.granted, entry.held)
  return isAlive(entry) || books.clock.now() < entry.endedAtMs + TOMBSTONE_MS
}
