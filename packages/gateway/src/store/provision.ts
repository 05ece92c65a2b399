import { hash } from 'node:crypto'
import { type Directory, everyRecord } from '@tollgate/kit/directory'
import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import type { Config } from '../config/index.ts'
import { accountBudgets } from './account-budgets.ts'
import { changesSince } from './changes-since.ts'
import { keyPages } from './every-key.ts'
import type { FrontKeys } from './front-keys.ts'
import { provisionChanged } from './provision-account.ts'
import { provisionKeys, type SeenAccounts } from './provision-key.ts'
import { ownAccounts, provisionStated } from './provision-stated.ts'
import type { Provisioned, ProvisionedNotes } from './provisioned-notes.ts'

/** So many keys are worth a word to whoever waits for a start. */
const WORTH_A_WORD = 100_000

export interface ProvisionOptions {
  readonly ledger: Ledger
  readonly directory: Pick<Directory, 'listKeys' | 'records'>
  readonly front: Pick<FrontKeys, 'records'>
  /** Of what was given to whom before. */
  readonly notes: ProvisionedNotes
  /** Told from time to time, where there are many keys. */
  readonly output?: (line: string) => void
}

/**
 * Give every account that the config or the directory names the budgets it has by now. Repeating it changes nothing,
 * and a changed limit changes no counter. Users are left to the ledger, which makes their accounts when it first sees
 * them.
 *
 * Where a note says that all had what these rules give them, only what has changed since is looked at: whoever has made a
 * key may have ended before it had its budgets. Otherwise all of them are: other defaults are for keys that are there
 * already, and other books have nothing of what was given in those before them. An account without budgets is refused, so
 * nobody spends without limits in the meantime.
 */
export async function provision(config: Config, options: ProvisionOptions): Promise<void> {
  const now = await provisionedBy(config, options)
  const noted = await options.notes.read()
  const isKnown = noted?.rules === now.rules && noted.books === now.books && noted.sequence <= now.sequence
  if (noted && isKnown) await provisionSince(config, options, noted, now)
  else await provisionAll(config, options, now)
}

/** What a pass that begins now will have done. The history is asked before the keys are, so that none falls between. */
async function provisionedBy(config: Config, { directory, notes }: ProvisionOptions): Promise<Provisioned> {
  const [newest] = await directory.records.changes(config.org, { limit: 1 })
  const byKind = (['team', 'project', 'key'] as const).map((kind) => accountBudgets(config, kind))
  return {
    rules: hash('sha256', JSON.stringify(byKind), 'base64url'),
    books: await notes.books(),
    sequence: newest?.sequence ?? 0,
    stated: ownAccounts(config).toSorted(),
  }
}

async function provisionSince(
  config: Config,
  { ledger, directory, front, notes }: ProvisionOptions,
  noted: Provisioned,
  now: Provisioned,
): Promise<void> {
  const { org } = config
  // Whoever ends before the end of this leaves word of all that had been stated.
  const stated = [...new Set([...noted.stated, ...now.stated])].toSorted()
  const meanwhile = { ...noted, stated }
  await notes.replace(noted, meanwhile)
  await provisionStated(config, ledger)
  const seen = seenIn(org, now)
  const { keys, owners } = await changesSince(directory.records, org, noted.sequence)
  await provisionKeys(config, ledger, [...front.records, ...keys], seen)
  await provisionOwners(config, ledger, owners, seen)
  const isStated = new Set(now.stated)
  const left = noted.stated.filter((account) => !isStated.has(account))
  await provisionOwners(config, ledger, await inBooks(ledger, org, left), seen)
  if (await notes.replace(meanwhile, now)) return
  // Whoever was faster has done the same, or by other rules, and does not know of what this has written.
  const theirs = await notes.read()
  if (theirs?.rules !== now.rules) await notes.forget()
}

async function provisionAll(
  config: Config,
  { ledger, directory, notes, output = () => {} }: ProvisionOptions,
  now: Provisioned,
): Promise<void> {
  const { org } = config
  const pass = await notes.begin(now)
  await provisionStated(config, ledger)
  const seen = seenIn(org, now)
  let done = 0
  for await (const page of keyPages(directory)) {
    await pass.goOn()
    await provisionKeys(config, ledger, page, seen)
    done += page.length
    if (done % WORTH_A_WORD === 0) output(`books     ${done} keys have their budgets, and there are more`)
  }
  await provisionOwners(config, ledger, await ownersIn(directory, org), seen)
  await pass.end()
}

const seenIn = (org: string, { stated }: Provisioned): SeenAccounts => new Map([[org, new Set(stated)]])

/** The accounts of the teams and projects that the directory names, whether or not they have keys. */
async function ownersIn({ records }: Pick<Directory, 'records'>, org: string): Promise<readonly AccountId[]> {
  const [teams, projects] = await Promise.all([
    everyRecord(records, 'team', org),
    everyRecord(records, 'project', org),
  ])
  return [
    ...teams.map(({ id }) => `team:${id}` as const),
    ...projects.map(({ id }) => `project:${id}` as const),
  ]
}

/** What a config states no longer has the budgets of its kind, if the books have it. */
async function inBooks(
  ledger: Ledger,
  org: string,
  accounts: readonly AccountId[],
): Promise<readonly AccountId[]> {
  const kept = await ledger.budgetsOf(org, accounts)
  return accounts.filter((_, at) => kept[at] !== undefined)
}

function provisionOwners(
  config: Config,
  ledger: Ledger,
  owners: readonly AccountId[],
  seen: SeenAccounts,
): Promise<void> {
  const had = seen.get(config.org)
  const accounts = owners.filter((account) => !had?.has(account)).map((account) => ({ account }))
  return provisionChanged(config, ledger, config.org, accounts)
}
