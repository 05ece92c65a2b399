import type { Answer } from './neutral/answer.ts'
import type { Part, Seal } from './neutral/part.ts'
import type { StreamEvent } from './neutral/stream.ts'

/** Adds to a provider's answer what we know of it better than it says. */
export interface Finishing {
  whole(answer: Answer): Answer
  event(event: StreamEvent): StreamEvent
}

/**
 * Some dialects do not say when an answer was made, and others must: then it is made when it comes. And what no other
 * provider could read says whose it is, so that it goes back to that one alone.
 *
 * @param sealer whose it is; undefined where every provider of its dialect reads it.
 */
export function finishing(sealer: string | undefined, nowMs: number): Finishing {
  const nowSec = Math.floor(nowMs / 1_000)
  const dated = <Answered extends { readonly createdAtSec: number }>(answered: Answered): Answered =>
    answered.createdAtSec === 0 ? { ...answered, createdAtSec: nowSec } : answered
  const signed = (seal: Seal): Seal => (sealer === undefined ? seal : { ...seal, by: sealer })
  const signedPart = (part: Part): Part =>
    'seal' in part && part.seal ? { ...part, seal: signed(part.seal) } : part
  return {
    whole(answer) {
      const [first, ...others] = answer.choices.map((choice) => ({
        ...choice,
        parts: choice.parts.map(signedPart),
      }))
      return { ...dated(answer), choices: [first!, ...others] }
    },
    event(event) {
      if (event.type === 'start') return dated(event)
      return event.type === 'seal' ? { ...event, seal: signed(event.seal) } : event
    },
  }
}
