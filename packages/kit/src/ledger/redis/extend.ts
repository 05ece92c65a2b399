import { least, most, NOTHING } from '../amounts.ts'
import type { Amounts, Extend, ExtendResult, Shortfall } from '../ledger.ts'
import type { Books } from './books.ts'
import { recover } from './recover.ts'
import type { Whereabouts } from './reservations.ts'
import { extend as script } from './scripts/extend.ts'
import type { Shortfall as ScriptShortfall } from './scripts/script.ts'
import { readerOf } from './standing.ts'
import { amountsText, readAmounts } from './text.ts'
import { unavailable } from './unavailable.ts'
import { foundAt, keysOf } from './whereabouts.ts'

/** The books were recovered, or know another path: each may happen once. */
const ATTEMPTS = 3

export async function extend(books: Books, command: Extend): Promise<ExtendResult> {
  return extendTo(books, { ...command, observed: NOTHING })
}

export interface Extending extends Omit<Extend, 'org'> {
  readonly observed: Amounts
}

export async function extendTo(books: Books, command: Extending): Promise<ExtendResult> {
  let whereabouts = books.reservations.whereabouts(command.id)
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const reply = await send(books, command, whereabouts)
    switch (reply[0]) {
      case 'path':
        whereabouts = foundAt(books, command.id, reply[1])
        break
      case 'epoch':
        await recover(books)
        break
      case 'open':
      case 'revived':
        books.sequence.note(Number(reply[2]))
        return { status: reply[0], granted: noteGrant(books, command, readAmounts(reply[1])) }
      case 'denied':
        books.sequence.note(Number(reply[2]))
        noteGrant(books, command)
        return { status: 'denied', shortfall: await shortfallOn(books, whereabouts!, reply[1]) }
      case 'finished':
      case 'unknown':
        return { status: reply[0] }
      default:
        throw unavailable(books, reply)
    }
  }
  throw new Error(`the reservation ${command.id} of ${books.org} was not extended: its books keep changing`)
}

function send(books: Books, command: Extending, whereabouts: Whereabouts | null | undefined) {
  const { sequence } = books
  const { id, ttlMs, min, want, consumed, observed } = command
  return books.ask(script, keysOf(books, id, whereabouts), {
    now: books.now(),
    qSeen: sequence.seen,
    qSafe: sequence.safe,
    id,
    path: whereabouts?.pathText ?? '',
    ttl: ttlMs,
    min: amountsText(min),
    want: amountsText(want),
    consumed: amountsText(consumed),
    observed: amountsText(observed),
  })
}

/** What this process would have to say again of the reservation, should the books lose it. */
function noteGrant(
  { reservations, clock }: Books,
  { id, ttlMs, consumed }: Extending,
  granted?: Amounts,
): Amounts {
  const reservation = reservations.get(id)
  if (!reservation) return granted ?? NOTHING
  reservation.held = granted ?? reservation.held
  reservation.ttlMs = ttlMs
  reservation.heardMs = clock.now()
  reservation.consumed = most(reservation.consumed, least(consumed, reservation.held))
  return reservation.held
}

async function shortfallOn(
  books: Books,
  { path }: Whereabouts,
  shortfall: ScriptShortfall,
): Promise<Shortfall> {
  const [, ...standing] = shortfall
  return (await readerOf(books, path, [standing])).shortfall(shortfall)
}
