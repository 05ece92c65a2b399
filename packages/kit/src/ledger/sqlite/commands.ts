import type { DatabaseSync } from 'node:sqlite'
import { adjuster } from './adjust.ts'
import type { Books } from './books.ts'
import type { Command, CommandName, Given, Reply } from './clerk.ts'
import { release, settle } from './close.ts'
import { expire, listExpired, settleExpired } from './expire.ts'
import { extend } from './extend.ts'
import { heartbeat } from './heartbeat.ts'
import { linesOfReservations } from './lines.ts'
import { planner } from './plan.ts'
import { type ProvisionOptions, provisioning } from './provision.ts'
import { readAccount } from './read.ts'
import { reserve } from './reserve.ts'
import { unbookedKeeper } from './unbooked.ts'

type Commands = { readonly [Name in CommandName]: (...given: Given<Name>) => Reply<Name> | Error }

/** Carry one command out, within a transaction. */
export type CarryOut = (command: Command) => Reply<CommandName> | Error

/** Every command of the ledger, on open books. */
export function commandsOn(db: DatabaseSync, books: Books, unseen: ProvisionOptions): CarryOut {
  const provisioned = provisioning(books, unseen)
  const lines = linesOfReservations(books, provisioned)
  const planFor = planner(books, provisioned)
  const keepUnbooked = unbookedKeeper(db)
  const commands: Commands = {
    provision: provisioned.provision,
    raise: provisioned.raise,
    budgetsOf: (org, accounts) =>
      accounts.map((id) => provisioned.find(org, id)?.rules.map(({ budget }) => budget)),
    reserve: (command) => reserve({ books, provisioned, planFor, lines }, command),
    extend: (command) => extend(books, lines, command),
    heartbeat: (org, beats, ttlMs) => heartbeat(books, org, beats, ttlMs),
    settle: (command) => settle({ books, lines, keepUnbooked }, command),
    release: (org, id) => release(books, org, id),
    expire: (limit = 100) => expire(books, limit),
    expired: (filter = {}) => listExpired(books, filter),
    settleExpired: (to, filter = {}) => settleExpired(books, to, filter),
    adjust: adjuster(db, books, provisioned),
    read: (org, accounts) => accounts.map((id) => readAccount(books, provisioned, { org, id })),
    accounts: (org, page) =>
      books.accounts.all(org, page).map((name) => readAccount(books, provisioned, name)),
  }
  // The table's type says that name and arguments fit together; a call by name cannot.
  return ([name, ...given]) => (commands[name] as (...given: unknown[]) => ReturnType<CarryOut>)(...given)
}
