import { type Directory, everyRecord } from '@tollgate/kit/directory'
import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import type { Config } from '../config/index.ts'
import { changesSince } from './changes-since.ts'
import { keyPages } from './every-key.ts'
import type { FrontKeys } from './front-keys.ts'
import { ownersThere } from './owners-there.ts'
import { type Provisioning, provisionChanged } from './provision-account.ts'
import { provisionKeys, type SeenAccounts } from './provision-key.ts'
import { provisionStated } from './provision-stated.ts'
import { nameOfRules, type Provisioned, type ProvisionedNotes } from './provisioned-notes.ts'
import { statedAccounts } from './stated-accounts.ts'

/** So many keys are worth a word to whoever waits for them. */
const WORTH_A_WORD = 100_000

/** Teams, projects and users that are looked at together, as many as a page has keys. */
const TOGETHER = 1000

export interface ProvisionOptions {
  readonly ledger: Ledger
  readonly directory: Pick<Directory, 'getKey' | 'listKeys' | 'records'>
  readonly front: Pick<FrontKeys, 'records'>
  /** Of what was given to whom before. */
  readonly notes: ProvisionedNotes
  /** Told from time to time, where there are many keys. */
  readonly output?: (line: string) => void
}

/** One look at the accounts, by the rules of a config. */
export interface Pass {
  readonly org: string
  readonly by: Provisioning
  readonly options: ProvisionOptions
  /** Who has had their budgets in it. */
  readonly seen: SeenAccounts
  /** What a config has stated, and this one does not. */
  readonly left: readonly AccountId[]
  /** What was noted of the looks before it, where that tells what this one need not look at. */
  readonly noted: Provisioned | undefined
  /** What it will have done. */
  readonly now: Provisioned
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
  for await (const _ of stepsOf(await beginPass(config, options)));
}

/**
 * Give what the config itself names its budgets, and find out who else is to be looked at.
 *
 * @param after what is noted, unless the notes say so.
 */
export async function beginPass(
  config: Config,
  options: ProvisionOptions,
  after?: Provisioned,
): Promise<Pass> {
  const { ledger, directory, notes } = options
  const now = await provisionedBy(config, options)
  const stated = new Set(statedAccounts(config))
  // Word of them is left first: what no config states any more has the budgets of its kind again.
  const everStated = await notes.stating([...stated])
  const left = everStated.filter((account) => !stated.has(account))
  await provisionStated(config, options)
  const noted = after ?? (await notes.read())
  const isKnown = noted?.rules === now.rules && noted.books === now.books && noted.sequence <= now.sequence
  const by = { rules: config, ledger, directory }
  const seen: SeenAccounts = new Map([[config.org, new Set(stated)]])
  return { org: config.org, by, options, seen, left, noted: isKnown ? noted : undefined, now }
}

/** What a pass that begins now will have done. The history is asked before the keys are, so that none falls between. */
async function provisionedBy(config: Config, { directory, notes }: ProvisionOptions): Promise<Provisioned> {
  const [newest] = await directory.records.changes(config.org, { limit: 1 })
  return { rules: nameOfRules(config), books: await notes.books(), sequence: newest?.sequence ?? 0 }
}

/** Go through everybody who may have other budgets by now; after each step, how many were looked at in it. */
export async function* stepsOf(pass: Pass): AsyncGenerator<number, void> {
  const { org, by, options, seen, noted, now } = pass
  const { directory, front, notes } = options
  const changed = noted && (await changesSince(directory.records, org, noted.sequence))
  if (!changed || changed.ofTiers) return yield* stepsOverAll(pass)
  const keys = [...front.records, ...changed.keys]
  await provisionKeys(by, keys, seen)
  await provisionOwners(pass, changed.owners)
  yield keys.length + changed.owners.length
  // Whoever was faster has done the same, or by other rules, and does not know of what this has written.
  if (!(await notes.replace(noted!, now))) await notes.goingBy(now.rules)
}

async function* stepsOverAll(pass: Pass): AsyncGenerator<number, void> {
  const { org, by, options, seen, now } = pass
  const { directory, notes, output = () => {} } = options
  const end = await notes.begin(now)
  let done = 0
  for await (const page of keyPages(directory)) {
    await notes.goingBy(now.rules)
    // A store may have the keys of other orgs, which go by the rules of theirs.
    const ours = page.filter((key) => key.org === org)
    await provisionKeys(by, ours, seen)
    yield page.length
    done += page.length
    if (done % WORTH_A_WORD === 0) output(`books     ${done} keys have their budgets, and there are more`)
  }
  const owners = await ownersIn(directory, org)
  for (let at = 0; at === 0 || at < owners.length; at += TOGETHER) {
    const some = owners.slice(at, at + TOGETHER)
    await provisionOwners(pass, some)
    yield some.length
  }
  await end()
}

/** The accounts of the teams, projects and users that the directory names, whether or not they have keys. */
async function ownersIn({ records }: Pick<Directory, 'records'>, org: string): Promise<readonly AccountId[]> {
  const kinds = ['team', 'project', 'user'] as const
  const all = await Promise.all(kinds.map((kind) => everyRecord(records, kind, org)))
  return all.flat().map(({ kind, id }): AccountId => `${kind}:${id}`)
}

/** These, and whoever the config states no more. */
async function provisionOwners(pass: Pass, owners: readonly AccountId[]): Promise<void> {
  const { org, by, seen, left } = pass
  const had = seen.get(org)
  const accounts = new Set([...(await ownersThere(by, org, owners)), ...(await inBooks(pass, left))])
  const others = [...accounts].filter((account) => !had?.has(account))
  await provisionChanged(
    by,
    org,
    others.map((account) => ({ account })),
  )
}

/** Those that the books have: what nobody has ever spent from needs no account. */
async function inBooks(
  { org, options: { ledger } }: Pass,
  accounts: readonly AccountId[],
): Promise<readonly AccountId[]> {
  const kept = await ledger.budgetsOf(org, accounts)
  return accounts.filter((_, at) => kept[at] !== undefined)
}
