import { TollgateError } from '../core/errors.ts'
import { addCharges, amountsOf, type Charge, chargeOf } from '../toll/charge.ts'
import { holdOrEnd } from '../toll/provider-hold.ts'
import { reserveToll, unreachable } from '../toll/reserve.ts'
import { endToll, type Toll } from '../toll/toll.ts'
import type { JsonObject } from '../wire/json.ts'
import { readTranscriptionUsage } from '../wire/openai/realtime/usage.ts'
import { priceQuery } from '../wire/routes.ts'
import { writeRecord } from './record.ts'
import { firstCall } from './response-call.ts'
import type { Terms, Visit } from './terms.ts'
import { transcriptCost, type Writer } from './transcript-cost.ts'

/**
 * The transcripts of what is heard in a session, which another model writes, turn by turn, without being asked. They have a
 * reservation of their own, for the sound that is sent: it grows before the sound goes on.
 */
export interface Transcripts {
  /**
   * So much more sound is about to be sent, and one of these may be how it is written down, with all that waits.
   *
   * @throws TollgateError when the caller may not use one of them, it has no price, or the budget no room for its transcript.
   */
  afford(transcriptions: readonly JsonObject[], ms: number): Promise<void>
  /** The client makes an item of all that it has sent, or throws it away. */
  cut(event: 'commit' | 'clear'): void
  /** The provider has made an item of what was heard, up to here where it found the end itself; it may be written down. */
  committed(item: unknown, transcription: JsonObject | null, upToMs: number | undefined): void
  /** One has been written, or has failed. */
  written(item: unknown, usage: unknown): void
  /** Resolves when all of them are charged. */
  end(): Promise<void>
}

/** What is reserved at a time, ms of sound. */
const STEP_MS = 10_000

/** A turn that is being written down. */
interface Turn {
  readonly writer: Writer
  readonly ms: number
}

export function transcripts(terms: Terms, visit: Visit): Transcripts {
  const { policy, clock } = terms
  const writers = new WeakMap<JsonObject, Writer>()
  const admitted = new WeakSet<JsonObject>()
  const pending = new Map<unknown, Turn>()
  const cuts: number[] = []
  let toll: Toll | undefined
  let last: Writer | undefined
  let spent: Charge | undefined
  let atMs = 0
  /** Of all the sound of the session: sent, and found to be in a turn or in none; ms. */
  let sentMs = 0
  let judgedMs = 0
  /** How much sound is paid for, if it is all in turns. */
  let paidMs = 0

  const open = () => [...pending.values()].reduce((sum, { ms }) => sum + ms, 0) + sentMs - judgedMs

  async function reserve(writer: Writer): Promise<void> {
    const worst = amountsOf(withSpent(transcriptCost(writer, open() + STEP_MS)))
    const { requestId, principal } = visit
    if (!toll) {
      atMs = clock.now()
      const plain = { call: undefined, received: undefined, deployment: undefined, unknown: [] }
      const opened = await reserveToll(policy, {
        ...plain,
        requestId,
        principal,
        upTo: worst,
        bound: 'soft',
        gone: () => false,
      })
      await holdOrEnd(opened, visit.deployment.provider, clock)
      toll = opened
      toll.sentAtMs = atMs
      toll.observe = () => amountsOf(spent ?? NOTHING)
      return
    }
    const { booth, id, ttlMs } = toll
    const consumed = amountsOf(spent ?? NOTHING)
    const command = { org: principal.org, id, min: worst, want: worst, consumed, ttlMs }
    const result = await booth.ledger.extend(command).catch((cause: unknown) => {
      throw unreachable(cause)
    })
    if (result.status === 'denied') {
      if (!policy.observe) throw toll.refusalOf(result.shortfall, worst)
    } else if (result.status === 'open' || result.status === 'revived') toll.granted = result.granted
    else throw unreachable(`extend answered ${result.status}`)
  }

  function withSpent(charge: Charge): Charge {
    return spent ? addCharges(spent, charge) : charge
  }

  /** @throws TollgateError when the caller may not use a model. */
  async function admit(transcription: JsonObject): Promise<void> {
    if (admitted.has(transcription)) return
    const { refusal } = await terms.entitle(visit.principal, String(transcription.model ?? ''))
    if (refusal && !policy.observe) throw refusal
    admitted.add(transcription)
  }

  function writerOf(transcription: JsonObject): Writer {
    const known = writers.get(transcription) ?? readWriter(terms, visit, transcription)
    writers.set(transcription, known)
    return known
  }

  return {
    async afford(transcriptions, ms) {
      for (const transcription of transcriptions) await admit(transcription)
      const [dearest] = transcriptions
        .map(writerOf)
        .sort((a, b) => transcriptCost(b, STEP_MS).nanoUsd - transcriptCost(a, STEP_MS).nanoUsd)
      if (dearest && (dearest !== last || open() + ms > paidMs)) {
        await reserve(dearest)
        last = dearest
        paidMs = open() + STEP_MS
      }
      sentMs += ms
    },
    cut(event) {
      if (event === 'commit') cuts.push(sentMs)
      else judgedMs = sentMs
    },
    committed(item, transcription, upToMs = cuts.shift() ?? sentMs) {
      const ms = Math.max(0, upToMs - judgedMs)
      judgedMs = Math.max(judgedMs, upToMs)
      if (transcription) pending.set(item, { writer: writerOf(transcription), ms })
    },
    written(item, told) {
      const turn = pending.get(item)
      pending.delete(item)
      if (!turn) return
      const usage = readTranscriptionUsage(told)
      spent = withSpent(
        usage ? chargeOf(usage, turn.writer.price, 'exact') : transcriptCost(turn.writer, turn.ms),
      )
      paidMs -= turn.ms
    },
    async end() {
      if (!toll) return
      for (const { writer, ms } of pending.values()) spent = withSpent(transcriptCost(writer, ms))
      pending.clear()
      const booked = endToll(toll, spent ?? 'nothing')
      const facts = { call: firstCall(last!.model), toll, atMs, firstByteAtMs: undefined }
      if (spent) writeRecord(terms, visit, { ...facts, ending: 'finished', status: 101, refusal: undefined })
      await booked
    },
  }
}

function readWriter({ policy }: Terms, { deployment }: Visit, transcription: JsonObject): Writer {
  const { model: named, language: _, ...words } = transcription
  const model = String(named ?? '')
  const price = policy.prices.price(priceQuery(deployment, model))
  if (price) return { model, price, promptBytes: Buffer.byteLength(JSON.stringify(words)) }
  throw new TollgateError('price_unknown', {
    message: `The price of ${model} is not known, so what its transcripts may cost is not either. Ask your administrator to add it to the prices.`,
  })
}

const NOTHING: Charge = { nanoUsd: 0 as Charge['nanoUsd'], tokens: 0, basis: 'exact' }
