import { most, NOTHING } from '../amounts.ts'
import type { Heartbeat, HeartbeatResult } from '../ledger.ts'
import type { Books } from './books.ts'
import { extendTo } from './extend.ts'
import { reassertAll, recover } from './recover.ts'
import { heartbeat as script } from './scripts/heartbeat.ts'
import { reassertOne, tellAll } from './tell-again.ts'
import { amountsText } from './text.ts'
import { unavailable } from './unavailable.ts'
import { locate } from './whereabouts.ts'

/** Beats that one call of the script takes. */
const MAX_BEATS = 100

export async function heartbeat(
  books: Books,
  beats: readonly Heartbeat[],
  ttlMs: number,
): Promise<HeartbeatResult> {
  const revived: string[] = []
  const notOpen: string[] = []
  const answers: Promise<Answer>[] = []
  // An empty one still asks whether the books were recovered.
  for (let at = 0; at === 0 || at < beats.length; at += MAX_BEATS) {
    answers.push(beat(books, beats.slice(at, at + MAX_BEATS), ttlMs))
  }
  for (const { expired, ended, missing } of await Promise.all(answers)) {
    for (const id of ended) books.reservations.end(id)
    notOpen.push(...ended, ...(await restore(books, missing)))
    for (const { id, observed } of expired) {
      if (await revive(books, { id, observed }, ttlMs)) revived.push(id)
      else notOpen.push(id)
    }
  }
  return { notOpen, revived }
}

/**
 * Ask whether the books were recovered, for as long as this process remembers what it has ended or decided: a gateway that has
 * nothing open any more beats for nobody, and a fail-over may have lost its last settles.
 */
export async function askOfRecovery(books: Books): Promise<void> {
  if (!books.replay.isEmpty() || !books.decisions.isEmpty()) await beat(books, [], 1)
}

interface Answer {
  readonly expired: readonly Heartbeat[]
  readonly ended: readonly string[]
  /** The books have nothing of them. */
  readonly missing: readonly string[]
}

/** The books were recovered, by us or by another: what we know is told before anything else. */
const ATTEMPTS = 3

async function beat(books: Books, beats: readonly Heartbeat[], ttlMs: number): Promise<Answer> {
  const { own, sequence } = books
  const keys = {
    deadlines: own.deadlines,
    meta: own.meta,
    reservations: beats.map(({ id }) => own.reservation(id)),
  }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const reply = await books.ask(script, keys, {
      now: books.now(),
      qSeen: sequence.seen,
      ttl: ttlMs,
      beats: beats.map(({ id, observed }) => ({ id, observed: amountsText(observed) })),
    })
    if (reply[0] === 'epoch') {
      await recover(books)
      continue
    }
    if (reply[0] !== 'ok') throw unavailable(books, reply)
    const [, expired, ended, missing, since, q] = reply
    sequence.note(Number(q))
    if (Number(since) !== books.toldSince) {
      await reassertAll(books, Number(since))
      continue
    }
    noteBeats(books, beats, { ttlMs, missing })
    return { expired: beats.filter(({ id }) => expired.includes(id)), ended, missing }
  }
  throw new Error(`the books of ${books.org} were recovered again and again: no heartbeat was taken`)
}

interface Beaten {
  readonly ttlMs: number
  /** Of these the books have said nothing, and know no new life. */
  readonly missing: readonly string[]
}

function noteBeats(
  { reservations, clock }: Books,
  beats: readonly Heartbeat[],
  { ttlMs, missing }: Beaten,
): void {
  for (const { id, observed } of beats) {
    const reservation = reservations.get(id)
    if (!reservation) continue
    reservation.observed = most(reservation.observed, observed)
    if (missing.includes(id)) continue
    reservation.ttlMs = ttlMs
    reservation.heardMs = clock.now()
  }
}

/**
 * Tell the books again of reservations that they have nothing of. Where one of them was lost, others may have been, and
 * how they ended.
 *
 * @returns those that are not open.
 */
async function restore(books: Books, missing: readonly string[]): Promise<readonly string[]> {
  const back = await Promise.all(missing.map((id) => isBack(books, id)))
  if (back.includes(true)) await tellAll(books)
  return missing.filter((_, at) => !back[at])
}

/**
 * Whether a reservation is open again that the books have nothing of. Somebody may have ended it so long ago that they have
 * forgotten; but who holds a grant and has heard of it since knows that they have lost it, and does not forget it too.
 */
async function isBack(books: Books, id: string): Promise<boolean> {
  const reservation = books.reservations.get(id)
  return reservation?.grant ? reassertOne(books, reservation) : false
}

/** False when somebody has ended it. */
async function revive(books: Books, { id, observed }: Heartbeat, ttlMs: number): Promise<boolean> {
  await locate(books, id)
  const { status } = await extendTo(books, {
    id,
    min: NOTHING,
    want: NOTHING,
    consumed: NOTHING,
    observed,
    ttlMs,
  })
  if (status === 'unknown') return isBack(books, id)
  if (status === 'finished') books.reservations.end(id)
  return status === 'open' || status === 'revived'
}
