import type { AccountId } from '../ledger.ts'
import type { Books } from './books.ts'
import { sendRelease, sendSettle } from './close.ts'
import { loadAccounts } from './load.ts'
import { makeUnprovisioned } from './provision.ts'
import type { Ending } from './replay.ts'
import type { Reservation } from './reservations.ts'
import { reassert } from './scripts/reassert.ts'
import { amountsText } from './text.ts'

/** Told at once; more would stand in the way of the requests that are running. */
const BITE = 200

/**
 * Tell the books everything that this process knows, whatever they have of it: what it has decided about accounts lately,
 * every reservation that it holds, and what it ended lately. All of it counts once.
 */
export async function tellAll(books: Books): Promise<void> {
  const { reservations, replay, decisions, accounts } = books
  const unprovisioned = unprovisionedIn(books)
  // What was seen of accounts was seen of the books as they had been.
  accounts.forget()
  await loadAccounts(books, [...new Set([...decisions.accounts(), ...unprovisioned.keys()])])
  // Rules are numbered in the order in which they come, and what is told then counts by their numbers.
  await inBites([...unprovisioned], ([id, parent]) => makeUnprovisioned(books, id, parent))
  await inBites(decisions.all(), (tell) => tell())
  await inBites(replay.all(), (ending) => tellEnding(books, ending))
  await inBites(reservations.granted(), (reservation) => reassertOne(books, reservation))
}

async function inBites<T>(all: readonly T[], tell: (one: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < all.length; at += BITE) await Promise.all(all.slice(at, at + BITE).map(tell))
}

/**
 * The accounts that the books had made by themselves, for requests which are to be told of, each with the one above it.
 * The books may have lost one together with the request that was its first.
 */
function unprovisionedIn({ reservations, replay }: Books): Map<AccountId, AccountId | ''> {
  const ended = replay.all().flatMap(({ reservation }) => reservation ?? [])
  const found = new Map<AccountId, AccountId | ''>()
  for (const { path, grant } of [...ended, ...reservations.granted()]) {
    for (const id of grant?.unprovisioned ?? []) found.set(id, path[path.indexOf(id) - 1] ?? '')
  }
  return found
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
      lives: grant!.lives,
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
