import { isDeepStrictEqual } from 'node:util'
import {
  type ChangeKeyResult,
  isKeyId,
  issueKey,
  type KeyChange,
  type KeySummary,
  mintVirtualKey,
} from '@tollgate/kit/directory'
import type { BudgetEntry } from '@tollgate/kit/ledger'
import { ownBudget } from '../store/own-budgets.ts'
import { provisionInForce } from '../store/provision-in-force.ts'
import { provisionKey, seenAtStart } from '../store/provision-key.ts'
import { recordBudgets } from '../store/record-budgets.ts'
import { actorOf, type Manage, type Operator } from './manage.ts'
import { checkNotOwn, checkOwnerStays } from './own.ts'
import { type Page, type PageQuery, pageOf } from './page.ts'
import type { Target } from './records.ts'
import {
  alreadyThere,
  changedMeanwhile,
  fitting,
  invalid,
  notFound,
  ownedByFile,
  secretTaken,
} from './refused.ts'
import { present } from './shape.ts'
import { fieldsOf, type KeyFields, keyShape } from './shapes/key.ts'
import { checkTeam, checkTier } from './tier-rules.ts'

const NOUN = 'key'

/** How long a secret that was rotated is still taken, ms, unless another time is asked for; and at most. */
export const DEFAULT_GRACE_MS = 24 * 3_600_000
export const MAX_GRACE_MS = 30 * 24 * 3_600_000

/** A key with its secret, at the one moment when that is known. */
export interface IssuedKey {
  readonly key: KeySummary
  readonly secret: string
}

/** Keys by id. A store may have those of other orgs too, so that a page can be shorter than was asked for. */
export async function listKeys({ directory, org }: Manage, page: PageQuery): Promise<Page<KeySummary>> {
  const { data, next_cursor } = await pageOf(
    page,
    (after, limit) => directory.listKeys({ limit, ...(after !== undefined && { after }) }),
    ({ id }) => id,
  )
  return { data: data.filter((key) => key.org === org), next_cursor }
}

export async function getKey({ directory, org }: Manage, id: string): Promise<KeySummary> {
  const key = isKeyId(id) ? await directory.getKey(id) : undefined
  if (key?.org !== org) throw notFound(NOUN, id)
  return key
}

export interface NewKeyFields {
  /** What its account is called; made up when absent. */
  readonly id?: string | undefined
  readonly fields: unknown
  /** Budgets of its own. */
  readonly budgets?: readonly BudgetEntry[] | undefined
}

/** Make a key, with an account and its budgets. */
export async function createKey(
  manage: Manage,
  operator: Operator,
  { id, fields, budgets = [] }: NewKeyFields,
): Promise<IssuedKey> {
  const { directory, ledger, org, clock, hasher } = manage
  const config = manage.config()
  const owner = keyShape.read(fields)
  await checkOwner(manage, owner)
  await checkKeyTier(manage, operator, {}, owner)
  if (budgets.length > 0 && owner.user !== undefined) checkNotOwn(operator, `user:${owner.user}`)
  const own = budgets.map((entry) => ownBudget(entry, config.timeZone))
  const { record, secret } = await fitting(async () =>
    issueKey({ ...owner, org, hasher: hasher(), clock, ...(id !== undefined && { id }) }),
  )
  // First the key, then its budgets: those of a key that is there already stay, and one without any is refused.
  const { status } = await directory.createKey(record, actorOf(operator))
  if (status !== 'created') throw alreadyThere(NOUN, record.id)
  await provisionInForce(manage.config, (rules) =>
    provisionKey({ rules, ledger, directory }, record, own, seenAtStart(rules)),
  )
  if (own.length > 0)
    await recordBudgets(directory, { org, account: `key:${record.id}`, own }, actorOf(operator))
  return { key: await getKey(manage, record.id), secret }
}

/** Whose a key is, and what it is confined to. Moved elsewhere, it is charged there from its next request on. */
export async function changeKey(
  manage: Manage,
  operator: Operator,
  { id, ifRevision }: Target,
  patch: unknown,
): Promise<KeySummary> {
  const key = await atRevision(manage, id, ifRevision)
  const before = fieldsOf(key)
  const after = keyShape.merge(before, patch)
  checkOwnerStays(operator, before, after)
  await checkOwner(manage, differences(before, after))
  await checkKeyTier(manage, operator, before, after)
  await provisionOwners(manage, { ...key, ...after })
  // What was merged and checked is right for the revision that was read, and for no other.
  const change = { ...differences(before, after), ifRevision: key.revision ?? 1 }
  const result = await fitting(() => manage.directory.changeKey(id, change, actorOf(operator)))
  const moved = await changed(manage, id, result)
  if (HOLDS.some((field) => before[field] !== after[field])) await provisionOwners(manage, moved)
  return moved
}

/** What says which tier comes with a key, and with it which budgets. */
const HOLDS = ['tier', 'team', 'project', 'user'] as const

/**
 * Whether an operator may give a key the tier that it is to have: also where the tier stays, and somebody else has the key.
 *
 * @throws TollgateError `invalid_request` or `permission_denied`.
 */
async function checkKeyTier(
  manage: Manage,
  operator: Operator,
  before: KeyFields,
  after: KeyFields,
): Promise<void> {
  if (HOLDS.every((field) => before[field] === after[field])) return
  if (before.tier !== after.tier)
    for (const { user } of [before, after]) if (user !== undefined) checkNotOwn(operator, `user:${user}`)
  await checkTier(manage, operator, after.tier)
}

/** What is to be changed, and nothing else. */
function differences(before: KeyFields, after: KeyFields): KeyChange {
  const fields = Object.keys({ ...before, ...after }) as (keyof KeyFields & keyof KeyChange)[]
  const changed = fields.filter((field) => !isDeepStrictEqual(before[field], after[field]))
  return Object.fromEntries(changed.map((field) => [field, after[field] ?? null]))
}

/** Give a key another secret; the old one is taken for a while longer, so that nobody who has it is cut off. */
export async function rotateKey(
  manage: Manage,
  operator: Operator,
  { id, ifRevision }: Target,
  { graceMs = DEFAULT_GRACE_MS }: { readonly graceMs?: number | undefined },
): Promise<IssuedKey> {
  await atRevision(manage, id, ifRevision)
  const { directory, clock, hasher } = manage
  const { secret } = mintVirtualKey()
  const hashed = { lookup: hasher().lookup(secret)!, hash: hasher().hash(secret) }
  const next = { ...hashed, graceUntilMs: clock.now() + graceMs, ...present({ ifRevision }) }
  return { key: await changed(manage, id, await directory.rotateKey(id, next, actorOf(operator))), secret }
}

/** Refuse a key from now on, for good. The second time changes nothing. */
export async function revokeKey(
  manage: Manage,
  operator: Operator,
  { id, ifRevision }: Target,
): Promise<KeySummary> {
  await getKey(manage, id)
  const { status } = await manage.directory.revokeKey(id, actorOf(operator), present({ ifRevision }))
  if (status === 'unknown') throw notFound(NOUN, id)
  if (status === 'read_only') throw ownedByFile(NOUN, id, manage.config().file)
  const key = await getKey(manage, id)
  if (status === 'conflict') throw changedMeanwhile(NOUN, id, key.revision ?? 1)
  return key
}

async function atRevision(manage: Manage, id: string, ifRevision: number | undefined): Promise<KeySummary> {
  const key = await getKey(manage, id)
  const { revision = 1 } = key
  if (ifRevision !== undefined && ifRevision !== revision) throw changedMeanwhile(NOUN, id, revision)
  return key
}

async function changed(manage: Manage, id: string, result: ChangeKeyResult): Promise<KeySummary> {
  if (result.status === 'changed') return result.key
  if (result.status === 'unknown') throw notFound(NOUN, id)
  if (result.status === 'read_only') throw ownedByFile(NOUN, id, manage.config().file)
  if (result.status === 'conflict') throw changedMeanwhile(NOUN, id, (await getKey(manage, id)).revision)
  if (result.status === 'taken') throw secretTaken(id)
  throw invalid('id', `The key ${id} has been revoked, for good: make another.`)
}

/** What a key is to say anew must be so: there is such a team, and it is not at an end already. */
async function checkOwner(
  manage: Manage,
  { team, expiresAtMs }: Pick<KeyChange, 'team' | 'expiresAtMs'>,
): Promise<void> {
  await checkTeam(manage, team ?? undefined)
  if (typeof expiresAtMs === 'number' && expiresAtMs <= manage.clock.now())
    throw invalid('expires_at', 'expires_at is in the past: revoke the key instead.')
}

/** Whoever a key belongs to from now on has an account before its next request; its own budgets stay. */
async function provisionOwners({ ledger, directory, config }: Manage, key: KeySummary): Promise<void> {
  await provisionInForce(config, (rules) =>
    provisionKey({ rules, ledger, directory }, key, undefined, seenAtStart(rules)),
  )
}
