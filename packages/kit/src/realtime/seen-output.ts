import type { Tokenizer } from '../meter/tokenizer.ts'
import type { JsonObject } from '../wire/json.ts'
import { soundBytes, spokenTokens } from './sound.ts'

/** What a client has been sent of a response that nobody has said the cost of yet. */
export interface SeenOutput {
  /** When the first and the last of it came, ms; undefined while there was none. */
  readonly firstAtMs: number | undefined
  readonly lastAtMs: number | undefined
  /** A part of it. */
  note(event: JsonObject, nowMs: number): void
  /** All of it so far, in tokens. */
  count(): Promise<number>
}

export interface SeenOutputOptions {
  readonly tokenizer: Tokenizer
  readonly model: string
  /** Bytes of a millisecond of the sound that the client is sent. */
  readonly bytesPerMs: () => number
}

export function seenOutput({ tokenizer, model, bytesPerMs }: SeenOutputOptions): SeenOutput {
  let texts: string[] = []
  let pieces = 0
  let textTokens = 0
  let soundMs = 0
  let queue: Promise<unknown> = Promise.resolve()
  const seen: { -readonly [Field in keyof SeenOutput]: SeenOutput[Field] } = {
    firstAtMs: undefined,
    lastAtMs: undefined,
    note({ type, delta }, nowMs) {
      if (typeof delta !== 'string') return
      seen.firstAtMs ??= nowMs
      seen.lastAtMs = nowMs
      if (SOUND.test(String(type))) soundMs += soundBytes(delta) / bytesPerMs()
      else {
        texts.push(delta)
        pieces += 1
      }
    },
    /** One count at a time: each takes the texts that came since the one before. */
    count() {
      const counted = queue.then(async () => {
        const [batch, least] = [texts, pieces]
        texts = []
        pieces = 0
        // Each piece was at least a token when it was generated, though the whole might be spelt with fewer.
        if (least > 0) textTokens += Math.max(least, await tokenizer.count(batch, model))
        return textTokens + spokenTokens(soundMs)
      })
      queue = counted
      return counted
    },
  }
  return seen
}

/** What is said aloud; its transcript is text, and comes besides. */
const SOUND = /audio\.delta$/
