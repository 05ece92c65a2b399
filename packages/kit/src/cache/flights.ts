import type { TollgateError } from '../core/errors.ts'
import type { Answer } from '../wire/neutral/answer.ts'
import type { Recording } from './recording.ts'

/**
 * One call of a provider that several clients wait for: the first of them leads, and makes it; the others follow, and get
 * what it brings.
 */
export interface Flight {
  /** What passes to whoever leads, once that has been called. */
  recording: Recording | undefined
  /** Undefined while it goes on. */
  readonly end: FlightEnd | undefined
  /** How many follow. */
  followers(): number
  /** Called when the last of them has left. */
  onDeserted: () => void
  /** What the call has cost so far, nano-USD. */
  costNanoUsd: () => number
  /** Follow it, and be told whenever there is something new; returns how to leave it. */
  follow(onNews: () => void): () => void
  /** There is something new. */
  tell(): void
  /** Nobody is to follow it any more who does not yet: whoever comes from now on leads another one. */
  close(): void
  /** It is over. */
  land(end: FlightEnd): void
}

/** How a flight ended. */
export type FlightEnd =
  /** All of the answer is there. */
  | { readonly how: 'answered'; readonly answer: Answer }
  /** Its provider could not answer: what the one that leads was told, where that is for the others too. */
  | { readonly how: 'failed'; readonly refusal: TollgateError | undefined }
  /** It was served what other words had brought. Whether the others may be is for each of them to see. */
  | { readonly how: 'served' }
  /** It never came to a provider, for reasons of its own: it was refused, or left. */
  | { readonly how: 'gone' }

/** Calls that are on their way in this process, each key once. */
export interface Flights {
  /** The flight of this key that one can follow, or a new one that the caller leads. */
  board(id: string): { readonly flight: Flight; readonly leads: boolean }
}

export function flights(): Flights {
  const flying = new Map<string, Flight>()
  return {
    board(id) {
      const known = flying.get(id)
      if (known) return { flight: known, leads: false }
      const flight: Flight = flightOf(() => {
        if (flying.get(id) === flight) flying.delete(id)
      })
      flying.set(id, flight)
      return { flight, leads: true }
    },
  }
}

function flightOf(onClosed: () => void): Flight {
  const waiting = new Set<() => void>()
  const tell = () => {
    for (const onNews of [...waiting]) onNews()
  }
  // A getter here would cost each request a hidden class of its own, and the garbage collector all that hangs on it.
  const flight: Flight & { end: FlightEnd | undefined } = {
    recording: undefined,
    end: undefined,
    onDeserted: () => {},
    costNanoUsd: () => 0,
    followers: () => waiting.size,
    follow(onNews) {
      // Each has a place of its own, though two may wait by the same function.
      const news = () => onNews()
      waiting.add(news)
      return () => {
        waiting.delete(news)
        if (waiting.size === 0) flight.onDeserted()
      }
    },
    tell,
    close: onClosed,
    land(how) {
      if (flight.end) return
      flight.end = how
      onClosed()
      tell()
    },
  }
  return flight
}
