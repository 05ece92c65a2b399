import type { AccessDesk, Party } from '@tollgate/kit/access'
import { isAccountId } from '@tollgate/kit/ledger'
import type { StoreConfig } from '../config/index.ts'
import { deskOf } from '../manage/access.ts'
import { type Args, textOf, UsageError, type World } from './command.ts'
import { operatorHere } from './manage-as.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** Options of every command at the desk. */
export const DESK_OPTIONS = {
  ...CONFIG_OPTION,
  by: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const DESK_USAGE: readonly string[] = [
  '--reason TEXT    why; it is kept with the decision',
  '--json           print it as JSON',
  CONFIG_USAGE,
]

/** Do something at the desk of the config's org. */
export function atDesk<T>(
  args: Args,
  world: World,
  work: (desk: AccessDesk, config: StoreConfig) => Promise<T>,
): Promise<T> {
  return withStore(args, world, {}, ({ directory, ledger }, config) =>
    work(deskOf({ directory, ledger, clock: { now: world.nowMs } }), config),
  )
}

/** Who is meant by `--by`; whoever types a command beside the books may do everything. */
export function partyBy(args: Args): Party {
  const text = textOf(args, 'by')
  if (text === undefined) return { admin: true, name: operatorHere().by }
  if (text === 'admin') return { admin: true }
  return personIn(text) ?? wrongParty(text)
}

/** A person or a key, by the name of its account. */
export function personIn(account: string): Party | undefined {
  if (!isAccountId(account)) return undefined
  const id = account.slice(account.indexOf(':') + 1)
  if (account.startsWith('user:')) return { user: id }
  return account.startsWith('key:') ? { key: id } : undefined
}

function wrongParty(text: string): never {
  throw new UsageError(`--by ${text} is nobody: write user:NAME, key:ID or admin`)
}

/** The reason, where one is given. */
export function reasonOf(args: Args): { readonly reason?: string } {
  const reason = textOf(args, 'reason')
  return reason === undefined ? {} : { reason }
}

type Undone =
  | { readonly status: 'unknown' }
  | { readonly status: 'decided' | 'conflict' | 'moved' }
  | { readonly status: 'forbidden' | 'invalid' | 'no_account'; readonly text: string }

/** What the desk has done. @throws Error in its own words where it has not. */
export function done<Result extends { readonly status: string }>(
  result: Result,
  what: string,
): Exclude<Result, Undone> {
  const undone = result as Result | Undone
  if (undone.status === 'unknown') throw new Error(`there is no ${what}: see tollgate access list`)
  if (undone.status === 'moved') throw new Error(`the ${what} has been changed meanwhile`)
  if (undone.status === 'decided')
    throw new Error(`the ${what} is not open any more: see tollgate access list`)
  if (undone.status === 'conflict') throw new Error(`there is another ${what}: choose another --id`)
  if ('text' in undone) throw new Error(undone.text as string)
  return result as Exclude<Result, Undone>
}
