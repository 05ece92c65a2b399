import type { Adjust, AdjustResult } from '../ledger.ts'
import { type Books, noteTime, windowNowMs } from './books.ts'
import { calendarOf } from './calendar.ts'
import { loadAccounts, lookAt } from './load.ts'
import { adjust as script } from './scripts/adjust.ts'
import { amountsText } from './text.ts'

/** The account is not as it was seen, or in other windows: each may happen once. */
const ATTEMPTS = 4

export async function adjust(books: Books, command: Adjust): Promise<AdjustResult> {
  const result = await correct(books, command)
  // By its id it counts once; and in the window of now, should it be told again in the next.
  const again = { atMs: windowNowMs(books), ...command }
  if (result.status === 'ok' || result.status === 'repeat')
    books.decisions.keep(command.account, () => correct(books, again))
  return result
}

async function correct(books: Books, command: Adjust): Promise<AdjustResult> {
  const { id, account, budget, delta, reason, atMs = Infinity, charge } = command
  const charged = charge ? amountsText(charge.amounts) : ''
  const note = JSON.stringify([account, budget, reason, ...(charge ? [charged] : [])])
  await loadAccounts(books, [account])
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const number = ruleOf(books, command)
    if (number === undefined) return withoutRule(books, command)
    const seen = books.accounts.get(account)!
    const spentMs = Math.min(atMs, windowNowMs(books))
    const calendar = calendarOf([[seen.rules[number]!]], spentMs)
    const { own } = books
    const reply = await books.ask(
      script,
      {
        meta: own.meta,
        adjustments: own.adjustments,
        account: own.account(account),
        rollup: own.rollup(spentMs),
      },
      {
        now: books.now(),
        id,
        v: seen.v,
        rule: number,
        delta,
        note,
        at: atMs === Infinity ? '' : spentMs,
        window: calendar.windows[0] ?? '',
        label: charge ? JSON.stringify([...charge.path, '']) : '',
        charged,
      },
    )
    switch (reply[0]) {
      case 'ok':
      case 'repeat':
        return { status: reply[0] }
      case 'no_account':
        return { status: 'no_account' }
      case 'window':
        noteTime(books, Number(reply[1]))
        break
      case 'stale':
        for (const one of reply[1]) books.accounts.note(account, one)
    }
  }
  throw new Error(`${account} of ${books.org} is changed by others all the time: it was not corrected`)
}

function ruleOf({ accounts }: Books, { account, budget }: Adjust): number | undefined {
  const seen = accounts.get(account)
  const number = seen?.rules.findIndex(({ id, place }, at) => id === budget && (place !== null || at === 0))
  return number === -1 ? undefined : number
}

/** Nothing to correct, as far as was seen: look again, and ask whether it was corrected before there was nothing. */
async function withoutRule(books: Books, command: Adjust): Promise<AdjustResult> {
  const done = await books.call('HEXISTS', books.own.adjustments, command.id)
  if (Number(done) === 1) return { status: 'repeat' }
  await lookAt(books, [command.account])
  if (ruleOf(books, command) !== undefined) return correct(books, command)
  return { status: books.accounts.get(command.account) ? 'no_budget' : 'no_account' }
}
