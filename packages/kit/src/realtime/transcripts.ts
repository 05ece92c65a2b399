import { TollgateError } from '../core/errors.ts'
import { chargeOf } from '../toll/charge.ts'
import type { JsonObject } from '../wire/json.ts'
import { readTranscriptionUsage } from '../wire/openai/realtime/usage.ts'
import { priceQuery } from '../wire/routes.ts'
import { heardSound } from './heard-sound.ts'
import type { Terms, Visit } from './terms.ts'
import { transcriptCost, type Writer } from './transcript-cost.ts'
import { transcriptToll } from './transcript-toll.ts'

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
  const admit = admission(terms, visit)
  const writerOf = writers(terms, visit)
  const toll = transcriptToll(terms, visit)
  const heard = heardSound()
  const pending = new Map<unknown, Turn>()
  let last: Writer | undefined
  /** How much sound is paid for, if it is all in turns. */
  let paidMs = 0

  const openMs = () => [...pending.values()].reduce((sum, { ms }) => sum + ms, 0) + heard.openMs

  return {
    async afford(transcriptions, ms) {
      for (const transcription of transcriptions) await admit(transcription)
      const [dearest] = transcriptions
        .map(writerOf)
        .sort((a, b) => transcriptCost(b, STEP_MS).nanoUsd - transcriptCost(a, STEP_MS).nanoUsd)
      if (dearest && (dearest !== last || openMs() + ms > paidMs)) {
        await toll.reserve(transcriptCost(dearest, openMs() + STEP_MS))
        last = dearest
        paidMs = openMs() + STEP_MS
      }
      heard.sent(ms)
    },
    cut: heard.cut,
    committed(item, transcription, upToMs) {
      const ms = heard.committed(upToMs)
      if (transcription) pending.set(item, { writer: writerOf(transcription), ms })
    },
    written(item, told) {
      const turn = pending.get(item)
      pending.delete(item)
      if (!turn) return
      const { writer, ms } = turn
      const usage = readTranscriptionUsage(told)
      toll.spend(usage ? chargeOf(usage, writer.price, 'exact') : transcriptCost(writer, ms))
      paidMs -= ms
    },
    async end() {
      if (!last) return
      for (const { writer, ms } of pending.values()) toll.spend(transcriptCost(writer, ms))
      pending.clear()
      await toll.end(last.model)
    },
  }
}

/** Asks once whether the caller may use who writes. @throws TollgateError when it may not. */
function admission({ policy, entitle }: Terms, { principal }: Visit) {
  const admitted = new WeakSet<JsonObject>()
  return async (transcription: JsonObject): Promise<void> => {
    if (admitted.has(transcription)) return
    const { refusal } = await entitle(principal, String(transcription.model ?? ''))
    if (refusal && !policy.observe) throw refusal
    admitted.add(transcription)
  }
}

/** Reads each configuration once. */
function writers(terms: Terms, visit: Visit) {
  const known = new WeakMap<JsonObject, Writer>()
  return (transcription: JsonObject): Writer => {
    const writer = known.get(transcription) ?? readWriter(terms, visit, transcription)
    known.set(transcription, writer)
    return writer
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
