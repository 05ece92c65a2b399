import { clockAhead } from '../clock-ahead.ts'
import type { Books } from './books.ts'
import { sendRelease, sendSettle } from './close.ts'
import type { Ending } from './replay.ts'
import type { Reservation } from './reservations.ts'
import { reassert } from './scripts/reassert.ts'
import { recover as script } from './scripts/recover.ts'
import { amountsText } from './text.ts'

/** How long nothing new is admitted after a fail-over, so that every process can say what it knows, ms. */
export const PAUSE_MS = 2500
/** Told at once; more would stand in the way of the requests that are running. */
const BITE = 200

/**
 * The books have lost something, or are on another server. Say so, once for all processes, and tell them again what this
 * process knows: what it has decided about accounts lately, every reservation that it holds, and what it ended lately.
 * All of it counts once.
 *
 * @throws Error when more is lost than can be told again; an operator decides.
 */
export function recover(books: Books): Promise<void> {
  books.recovering ??= recoverOnce(books).finally(() => {
    books.recovering = undefined
  })
  return books.recovering
}

async function recoverOnce(books: Books): Promise<void> {
  const { own, sequence } = books
  const reply = await books.ask(
    script,
    { meta: own.meta },
    { now: books.now(), qSeen: sequence.seen, qSafe: sequence.safe, confirmed: '', pause: PAUSE_MS },
  )
  if (reply[0] === 'rolled_back') throw unavailable(books, reply)
  const [, since, , q] = reply
  sequence.restart(Number(q))
  await reassertAll(books, Number(since))
}

/**
 * Tell the books what this process knows, if they were recovered since it last did. Books that are lost again before a
 * takeover was saved are taken over anew, as often as before, and only the sequence says that this is another time.
 */
export async function reassertAll(books: Books, since: number): Promise<void> {
  if (books.toldSince === since) return
  await tellAll(books)
  books.toldSince = since
}

/** Tell the books everything that this process knows, whatever they have of it. */
export async function tellAll(books: Books): Promise<void> {
  const { reservations, replay, decisions } = books
  // Rules are numbered in the order in which they come, and what is told then counts by their numbers.
  await inBites(decisions.all())
  await inBites([
    ...replay.all().map((ending) => () => tellEnding(books, ending)),
    ...reservations.granted().map((reservation) => () => reassertOne(books, reservation)),
  ])
}

async function inBites(tellings: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (let at = 0; at < tellings.length; at += BITE) {
    await Promise.all(tellings.slice(at, at + BITE).map((tell) => tell()))
  }
}

async function tellEnding(books: Books, { id, settled, reservation, sentMs }: Ending): Promise<void> {
  const whereabouts = reservation ?? books.reservations.whereabouts(id)
  if (!settled) return void (await sendRelease(books, { id, whereabouts }))
  const ageMs = books.clock.now() - sentMs
  await sendSettle(books, { id, whereabouts, reservation, ageMs, ...settled })
}

/**
 * Tell the books of one reservation, which they have granted and may have lost.
 *
 * @returns whether it is open now. Where it may have been settled long ago it is not made again; what is known of it is
 * kept all the same, for its settle.
 */
export async function reassertOne(books: Books, reservation: Reservation): Promise<boolean> {
  const { own, sequence, clock } = books
  const { id, path, pathText, terms, grant, ttlMs, heardMs, held, consumed, observed } = reservation
  const reply = await books.ask(
    reassert,
    {
      reservation: own.reservation(id),
      deadlines: own.deadlines,
      unconfirmed: own.unconfirmed,
      meta: own.meta,
      accounts: path.map(own.account),
    },
    {
      now: books.now(),
      id,
      path: pathText,
      ttl: ttlMs,
      held: amountsText(held),
      consumed: amountsText(consumed),
      observed: amountsText(observed),
      shapes: grant!.shapes,
      windows: grant!.windows,
      reservedAt: grant!.reservedAtMs,
      age: Math.max(0, clock.now() - heardMs),
      ...terms,
    },
  )
  if (reply[0] === 'path') return false
  sequence.note(Number(reply[1]))
  if (reply[0] === 'finished') books.reservations.end(id)
  return reply[0] !== 'finished' && reply[0] !== 'too_old'
}

/** Why the books cannot be used just now, as an error that says what to do. */
export function unavailable(
  { org, sequence, clock }: Books,
  [status, ...rest]: readonly [string, ...unknown[]],
): Error {
  switch (status) {
    case 'clock': {
      const ahead = clockAhead({ newestMs: Number(rest[0]), nowMs: clock.now() })
      if (ahead) return ahead
      break
    }
    case 'recovering': {
      const until = new Date(Number(rest[0])).toISOString()
      return new Error(
        `the books of ${org} are being recovered after a fail-over: nothing new is admitted before ${until}`,
      )
    }
    case 'rolled_back':
      return new Error(
        `the books of ${org} have lost more than can be told again: restore them, or accept the loss with \`tollgate ledger recover --org ${org} --sequence ${sequence.seen}\``,
      )
  }
  return new Error(`the books of ${org} answer "${status}" again and again: nothing was done`)
}
