import {
  type AccountId,
  type AccountState,
  type BudgetEntry,
  isAccountId,
  kindOf,
} from '@tollgate/kit/ledger'
import { ownBudget } from '../store/own-budgets.ts'
import { ownersThere } from '../store/owners-there.ts'
import { provisionAccount } from '../store/provision-account.ts'
import { provisionInForce } from '../store/provision-in-force.ts'
import { recordBudgets, recordUntold } from '../store/record-budgets.ts'
import { actorOf, type Manage, type ManagedConfig, type Operator } from './manage.ts'
import { type Page, type PageQuery, pageOf } from './page.ts'
import { statedIn } from './provision-holders.ts'
import { changedMeanwhile, fitting, invalid, notFound, ownedByFile } from './refused.ts'

/** Where an account's budgets stand, and who sets them. */
export interface ManagedAccount {
  readonly state: AccountState
  /** `config`: the file states them, and nobody else. */
  readonly owner: 'config' | 'directory'
}

/** The accounts of an org, by name. */
export function listBudgets(manage: Manage, page: PageQuery): Promise<Page<ManagedAccount>> {
  const { ledger, org } = manage
  return pageOf(
    page,
    async (after = '', limit) => {
      const states = await ledger.accounts(org, { after, limit })
      return states.map((state) => managed(manage, state))
    },
    ({ state }) => state.account,
  )
}

export async function getBudgets(manage: Manage, account: string): Promise<ManagedAccount> {
  return managed(manage, await stateOf(manage, accountOf(account)))
}

/** An account, and at which revision whoever has it must be; undefined: at any. */
export interface AccountTarget {
  readonly account: string
  readonly ifRevision?: number | undefined
}

/**
 * Give an account budgets of its own, in place of those of its tier or its kind; policies stay over it. Once they hold, the
 * history says who gave them.
 */
export async function setBudgets(
  manage: Manage,
  operator: Pick<Operator, 'by'>,
  { account: text, ifRevision }: AccountTarget,
  entries: readonly BudgetEntry[],
): Promise<ManagedAccount> {
  const { ledger, directory, org } = manage
  const config = manage.config()
  const account = accountOf(text)
  if (isOfFile(config, account)) throw ownedByFile('budgets of', account, config.file)
  const own = await fitting(async () => entries.map((entry) => ownBudget(entry, config.timeZone)))
  await checkThere(manage, account, ifRevision)
  // What another gateway's file states is that file's, as a team of it is.
  const recorded = await directory.records.get('budgets', org, account)
  if (recorded?.owner === 'config') throw ownedByFile('budgets of', account, config.file)
  await recordUntold(manage, org, account)
  await provisionInForce(manage.config, (rules) => {
    const by = { rules, ledger, directory }
    // A file that has come to state them meanwhile has the last word.
    const stated = statedIn(rules).get(account)
    if (stated) return provisionAccount(by, { org, account, own: stated })
    const record = () => recordBudgets(directory, { org, account, own }, actorOf(operator))
    return provisionAccount(by, { org, account, own }, record)
  })
  const now = manage.config()
  if (isOfFile(now, account)) throw ownedByFile('budgets of', account, now.file)
  return managed(manage, await stateOf(manage, account))
}

/** The account of what has just been made or moved has the budgets of its tier, or its kind, and keeps those of its own. */
export async function provisionFor(manage: Manage, account: AccountId): Promise<void> {
  const { ledger, directory, org, config } = manage
  await provisionInForce(config, async (rules) => {
    const by = { rules, ledger, directory }
    const [there] = isOfFile(rules, account) ? [] : await ownersThere(by, org, [account])
    if (there) await provisionAccount(by, { org, account })
  })
}

function managed({ config }: Manage, state: AccountState): ManagedAccount {
  return { state, owner: isOfFile(config(), state.account) ? 'config' : 'directory' }
}

async function stateOf({ ledger, org }: Manage, account: AccountId): Promise<AccountState> {
  const [state] = await ledger.read(org, [account])
  return state!
}

function accountOf(text: string): AccountId {
  if (isAccountId(text)) return text
  throw invalid('account', `${text} is no account: write org:ID, team:ID, project:ID, user:ID or key:ID.`)
}

/** Whether the file states what an account may spend: it names the account. */
function isOfFile({ teams, keys }: ManagedConfig, account: AccountId): boolean {
  const named = kindOf(account) === 'team' ? teams : kindOf(account) === 'key' ? keys : []
  return named.some(({ id }) => account === `${kindOf(account)}:${id}`)
}

/** A budget on a mistyped name would bind nobody; and what is another's by now is for others to decide. */
async function checkThere(manage: Manage, account: AccountId, ifRevision: number | undefined): Promise<void> {
  const { directory, org, ledger } = manage
  const kind = kindOf(account)
  const id = account.slice(kind.length + 1)
  const found =
    kind === 'key'
      ? await directory.getKey(id)
      : kind !== 'provider' && (await directory.records.get(kind, org, id))
  const owner = found && found.org === org ? found : undefined
  const revision = owner ? (owner.revision ?? 1) : 0
  if (ifRevision !== undefined && ifRevision !== revision) throw changedMeanwhile(kind, id, revision)
  if (owner || account === `org:${org}`) return
  const [known] = await ledger.budgetsOf(org, [account])
  if (!known) throw notFound('account', account)
}
