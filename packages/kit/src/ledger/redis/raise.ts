import type { RaiseBudget, RaiseResult } from '../ledger.ts'
import { raisedIn } from '../raise.ts'
import { type Books, noteTime } from './books.ts'
import { beforeIt, keepDecision, sendPlan } from './provision.ts'
import { budgetsOf, replan } from './rules.ts'

/** Others may change an account between our look at it and our change of it; so often in a row they do not. */
const ATTEMPTS = 5

/**
 * Raise a budget of an account, as its budgets are by then: whoever changes a limit meanwhile has changed it. One that
 * nobody provisioned stays as it is otherwise. The cache must know the account.
 */
export async function raiseBudget(
  books: Books,
  { account: id, ...raising }: RaiseBudget,
): Promise<RaiseResult> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const account = books.accounts.get(id)
    if (!account) return { status: 'no_account' }
    const budgets = raisedIn(budgetsOf(account), raising)
    if (!budgets) return { status: 'no_budget' }
    const { auto } = account
    const revision = auto ? account.revision : ''
    const plan = replan(account, budgets)
    const reply = await sendPlan(books, id, { plan, auto, revision })
    switch (reply[0]) {
      case 'ok':
      case 'unchanged':
        books.accounts.note(id, ['1', plan.v, plan.rulesText, plan.limitsText, auto ? '1' : '0', revision])
        if (!auto) keepDecision(books, id, budgets, { at: Number(reply[1]), before: beforeIt(account) })
        return { status: reply[0] }
      case 'window':
        noteTime(books, Number(reply[1]))
        break
      case 'stale':
        books.accounts.note(id, reply[1][0]!)
        break
      // Somebody's config has said otherwise of it meanwhile, or the books have lost it: nobody has raised it.
      default:
        return { status: 'no_account' }
    }
  }
  throw new Error(`${id} of ${books.org} is changed by others all the time: its budget was not raised`)
}
