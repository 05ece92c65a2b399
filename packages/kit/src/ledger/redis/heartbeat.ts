import type { Heartbeat, HeartbeatResult } from '../ledger.ts'
import type { Books } from './books.ts'
import { extendTo, most } from './extend.ts'
import { locate } from './load.ts'
import { reassertAll, recover, unavailable } from './recover.ts'
import { heartbeat as script } from './scripts/heartbeat.ts'
import { NOTHING } from './text.ts'

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
  for (const { expired, ended } of await Promise.all(answers)) {
    notOpen.push(...ended)
    for (const { id, observed } of expired) {
      if (await revive(books, { id, observed }, ttlMs)) revived.push(id)
      else notOpen.push(id)
    }
  }
  for (const id of notOpen) books.reservations.end(id)
  return { notOpen, revived }
}

/**
 * Ask whether the books were recovered, for as long as this process remembers what it has ended: a gateway that has
 * nothing open any more beats for nobody, and a fail-over may have lost its last settles.
 */
export async function askOfRecovery(books: Books): Promise<void> {
  if (!books.replay.isEmpty()) await beat(books, [], 1)
}

interface Answer {
  readonly expired: readonly Heartbeat[]
  readonly ended: readonly string[]
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
      beats: beats.map(({ id, observed }) => ({
        id,
        observed: `${observed.usd} ${observed.tokens} ${observed.requests}`,
      })),
    })
    if (reply[0] === 'epoch') {
      await recover(books)
      continue
    }
    if (reply[0] !== 'ok') throw unavailable(books, reply)
    const [, expired, ended, epoch, q] = reply
    sequence.note(Number(q))
    if (Number(epoch) !== books.epoch) {
      await reassertAll(books, Number(epoch))
      continue
    }
    noteBeats(books, beats, ttlMs)
    return { expired: beats.filter(({ id }) => expired.includes(id)), ended }
  }
  throw new Error(`the books of ${books.org} were recovered again and again: no heartbeat was taken`)
}

function noteBeats({ reservations, clock }: Books, beats: readonly Heartbeat[], ttlMs: number): void {
  for (const { id, observed } of beats) {
    const reservation = reservations.get(id)
    if (!reservation) continue
    reservation.observed = most(reservation.observed, observed)
    reservation.ttlMs = ttlMs
    reservation.heardMs = clock.now()
  }
}

/** False when somebody has ended it meanwhile. */
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
  return status === 'open' || status === 'revived'
}
