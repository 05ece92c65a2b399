import { kindOf } from '../account-id.ts'
import type { AccountId, Budget, ProvisionResult } from '../ledger.ts'
import type { SeenAccount } from './account-cache.ts'
import { type Books, noteTime, windowNowMs } from './books.ts'
import { calendarOf } from './calendar.ts'
import { type Replanned, replan, rulingOf } from './rules.ts'
import { type ProvisionReply, provision as script } from './scripts/provision.ts'

export interface Provisioning {
  readonly budgets: readonly Budget[]
  /** It remains an account that nobody provisioned. */
  readonly auto: boolean
  /** Under which an account that nobody provisioned is made, which the books may have lost; '' for an outermost one. */
  readonly parent?: AccountId | ''
  /** It was accepted before, and the books may have lost it. */
  readonly again?: Accepted
}

interface Accepted {
  /** How far the books had come by then. */
  readonly at: number
  /**
   * What there was before: one that somebody had provisioned, and that is not there, has lost more than this, and stays
   * away.
   */
  readonly before: 'nothing' | 'unprovisioned' | 'provisioned'
}

/** Others may change an account between our look at it and our change of it; so often in a row they do not. */
const ATTEMPTS = 5

/** Make an account, or replace its budgets. The cache must know it. */
export async function provisionAs(
  books: Books,
  id: AccountId,
  { budgets, auto, parent, again }: Provisioning,
): Promise<ProvisionResult> {
  if (again?.before === 'unprovisioned') await makeUnprovisioned(books, id, '')
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const account = books.accounts.get(id)
    if (again?.before === 'provisioned' && !account) return { status: 'unchanged' }
    const plan = account ? replan(account, budgets) : rulingOf(budgets)
    const revision = auto ? books.revision : ''
    const reply = await sendPlan(books, id, { plan, auto, revision, parent, at: again?.at })
    switch (reply[0]) {
      case 'ok':
      case 'unchanged': {
        const { v, rulesText, limitsText } = plan
        const by = auto ? (['1', String(books.revision)] as const) : (['0', ''] as const)
        books.accounts.note(id, ['1', v, rulesText, limitsText, ...by])
        if (!auto && !again)
          keepDecision(books, id, budgets, { at: Number(reply[1]), before: beforeIt(account) })
        return { status: reply[0] }
      }
      case 'older':
      case 'later':
        return { status: 'unchanged' }
      case 'window':
        noteTime(books, Number(reply[1]))
        break
      case 'stale': {
        const seen = books.accounts.note(id, reply[1][0]!)
        // Somebody has provisioned it meanwhile: it follows no defaults any more.
        if (auto && !seen?.auto) return { status: 'unchanged' }
      }
    }
  }
  throw new Error(`${id} of ${books.org} is changed by others all the time: its budgets were not replaced`)
}

/** Make an account by its kind's defaults that the books have never heard of, or have lost together with all word of it. */
export async function makeUnprovisioned(books: Books, id: AccountId, parent: AccountId | ''): Promise<void> {
  const budgets = books.defaults.get(kindOf(id))?.budgets
  if (budgets && !books.accounts.get(id)) await provisionAs(books, id, { budgets, auto: true, parent })
}

export function beforeIt(account: SeenAccount | null | undefined): Accepted['before'] {
  if (!account) return 'nothing'
  return account.auto ? 'unprovisioned' : 'provisioned'
}

/** What the defaults say, every process says again by itself. */
export function keepDecision(books: Books, id: AccountId, budgets: readonly Budget[], again: Accepted): void {
  books.decisions.keep(id, () => provisionAs(books, id, { budgets, auto: false, again }))
}

interface Sending extends Pick<Provisioning, 'auto'> {
  readonly plan: Replanned
  /** Of the defaults that say so; '' where somebody does. */
  readonly revision: number | string
  readonly parent?: Provisioning['parent']
  readonly at?: number | undefined
}

export function sendPlan(
  books: Books,
  id: AccountId,
  { plan, auto, revision, parent, at }: Sending,
): Promise<Exclude<ProvisionReply, readonly ['layout', ...string[]]>> {
  const { own, now } = books
  const seen = books.accounts.get(id)
  const { shapes, windows } = calendarOf([plan.rules], windowNowMs(books))
  return books.ask(
    script,
    { meta: own.meta, known: own.known, account: own.account(id) },
    {
      now: now(),
      account: id,
      seenV: seen?.v ?? '',
      seenLimits: seen?.limitsText ?? '',
      v: plan.v,
      rules: plan.rulesText,
      limits: plan.limitsText,
      shape: shapes[0]!,
      revision,
      auto: auto ? '1' : '',
      parent: parent ?? '',
      seeds: plan.seeds,
      at: at ?? '',
      windows,
    },
  )
}
