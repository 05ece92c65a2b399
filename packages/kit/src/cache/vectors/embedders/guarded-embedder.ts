import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { type Clock, systemClock } from '../../../core/clock.ts'
import { type NanoUsd, nanoUsd } from '../../../core/money.ts'
import { machineTimers, type Timers } from '../../../core/timers.ts'
import type { Principal } from '../../../directory/principal.ts'
import { overheads } from '../../overheads.ts'
import type { Vector } from '../quantise.ts'
import type { Embedder } from './embedder.ts'
import { type CallOutcome, type EmbedderCall, embedderCalls, type Landing } from './embedder-calls.ts'
import { waitFor } from './wait-for.ts'

/** What became of a text on its way to a vector. Whatever is no vector is a miss. */
export type Embedding = Embedded | NotEmbedded

interface Embedded {
  readonly status: 'embedded'
  readonly vector: Vector
  /** Whether it had to be made, somebody else was having it made just then, or it was known. */
  readonly from: 'embedder' | 'flight' | 'memory'
  /** What this text cost whoever asks now: zero unless it had to be made. */
  readonly costNanoUsd: NanoUsd
}

interface NotEmbedded {
  readonly status: 'missed'
  /**
   * `late`: not there in time, and made all the same, for the next who asks. `aborted`: the caller has gone. `denied`: the
   * budget has nothing for it. `resting`: the embedder has failed, and is left alone for a while. `invalid`: what came was
   * no vector.
   */
  readonly why: 'late' | 'aborted' | CallOutcome
}

export interface GuardedEmbedderOptions {
  /** How long a request waits for a vector, ms. */
  readonly deadlineMs?: number
  /** How long a call may take before it is given up, ms: until then it is worth having for whoever asks next. */
  readonly giveUpMs?: number
  /** Vectors that are remembered, by their texts. */
  readonly maxRemembered?: number
  /** Calls that may be under way at once; beyond them a text is a miss. */
  readonly maxFlights?: number
  /** Told of every call: its cost is what the cache costs. */
  readonly onCall?: (call: EmbedderCall) => void
  readonly clock?: Clock
  readonly timers?: Timers
}

export interface EmbedText {
  /** Within which vectors are remembered: how fast an answer is must not tell one tenant what another has asked. */
  readonly scope: string
  readonly principal?: Principal | undefined
  readonly signal?: AbortSignal | undefined
  /** Another deadline than that of requests: for whoever embeds when nobody waits. */
  readonly deadlineMs?: number
}

export interface GuardedEmbedder {
  readonly id: string
  readonly dimensions: number
  /** Never rejects, and embeds no text twice that is still remembered or under way. Nothing is tried again. */
  embed(text: string, options: EmbedText): Promise<Embedding>
  /**
   * What calls have cost in a scope since this was asked last, nano-USD, those among them that came late, that were no
   * vectors, that failed, and that nobody waited for: for the record of whoever asks now.
   */
  claim(scope: string): NanoUsd
  /** What all calls have cost, nano-USD. */
  readonly spentNanoUsd: number
  /** Resolves when nothing is bought any more, and what was is in the books. */
  close(): Promise<void>
}

/**
 * Put between the cache and an embedder: whatever is wrong with that, a request loses no more than its deadline, and what
 * was paid for once is not paid for again.
 */
export function guardedEmbedder(
  embedder: Embedder,
  {
    deadlineMs: usualDeadlineMs = 150,
    giveUpMs = 5_000,
    maxRemembered = 10_000,
    maxFlights = 256,
    onCall = () => {},
    clock = systemClock,
    timers = machineTimers,
  }: GuardedEmbedderOptions = {},
): GuardedEmbedder {
  // What is no vector is remembered too: it was paid for, and would come out the same.
  const memory = new LRUCache<string, Vector | 'invalid'>({ max: maxRemembered })
  const flights = new Map<string, Promise<Landing>>()
  const calls = embedderCalls(embedder, { promptMs: usualDeadlineMs, giveUpMs, onCall, clock, timers })

  const costs = overheads()

  /** The landing of this text: of the flight that is under way, or of one of its own. */
  function flightOf(
    key: string,
    text: string,
    { scope, principal }: Pick<EmbedText, 'scope' | 'principal'>,
  ): Promise<Landing> | 'resting' {
    const known = flights.get(key)
    if (known) return known
    if (flights.size >= maxFlights || !calls.begin()) return 'resting'
    const flight = calls
      .make(text, principal, (cost) => costs.spend(scope, cost))
      .then((landing) => {
        flights.delete(key)
        if (landing === 'invalid') memory.set(key, landing)
        else if (typeof landing === 'object') memory.set(key, landing.vector)
        return landing
      })
    flights.set(key, flight)
    return flight
  }

  return {
    id: embedder.id,
    dimensions: embedder.dimensions,
    async embed(text, { scope, principal, signal, deadlineMs = usualDeadlineMs }) {
      const key = keyOf(scope, text)
      const known = memory.get(key)
      if (known === 'invalid') return missed('invalid')
      if (known) return { status: 'embedded', vector: known, from: 'memory', costNanoUsd: nanoUsd(0) }
      const isFirst = !flights.has(key)
      const flight = flightOf(key, text, { scope, principal })
      if (flight === 'resting') return missed('resting')
      const landing = await waitFor(flight, { deadlineMs, signal, timers })
      if (typeof landing === 'string') return missed(landing)
      const { vector, costNanoUsd } = landing
      return isFirst
        ? { status: 'embedded', vector, from: 'embedder', costNanoUsd }
        : { status: 'embedded', vector, from: 'flight', costNanoUsd: nanoUsd(0) }
    },
    claim: costs.claim,
    get spentNanoUsd() {
      return costs.spentNanoUsd
    },
    async close() {
      await calls.close()
      memory.clear()
      await embedder.close?.()
    },
  }
}

const missed = (why: NotEmbedded['why']): NotEmbedded => ({ status: 'missed', why })

/** The length stands before the scope, so that no scope and text run together as another pair does. */
const keyOf = (scope: string, text: string): string =>
  hash('sha256', `${scope.length}:${scope}${text}`, 'base64url')
