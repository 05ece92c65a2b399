import type { ServerResponse } from 'node:http'
import type { TollgateError } from '../core/errors.ts'
import type { StreamEncoder } from '../wire/format.ts'
import { replay } from '../wire/neutral/replay.ts'
import type { StreamEvent } from '../wire/neutral/stream.ts'
import type { Flight } from './flights.ts'
import { anew, answerWhole, newAnswerId, openStream, type Replayed, writeEvents } from './replay.ts'
import { sliced } from './slices.ts'

/** How following a flight ended for one client. */
export type Followed =
  /** It has its answer, or as much of it as there was, or has left. */
  | { readonly how: 'answered' | 'left' }
  /** Nothing was sent: somebody else has to lead. */
  | { readonly how: 'gone' }
  /** Nothing was sent: there may be an answer to other words. */
  | { readonly how: 'served' }
  | { readonly how: 'failed'; readonly refusal: TollgateError | undefined }

export interface FollowOptions {
  readonly to: Replayed
  /** The answer begins: the last moment for headers. */
  readonly onAnswer: () => Promise<void>
  /** What ends a stream that the provider broke off. */
  readonly streamError: () => Buffer
}

/**
 * Give a client the answer that another one has asked for: as it comes where it asked for a stream, from its beginning
 * and as fast as it reads itself, and whole otherwise.
 */
export async function followFlight(
  res: ServerResponse,
  flight: Flight,
  options: FollowOptions,
): Promise<Followed> {
  const news = newsOf(res, flight)
  try {
    return options.to.stream
      ? await followStream(res, flight, news, options)
      : await followWhole(res, flight, news, options)
  } finally {
    news.leave()
  }
}

async function followWhole(
  res: ServerResponse,
  flight: Flight,
  news: News,
  { to, onAnswer }: FollowOptions,
): Promise<Followed> {
  for (;;) {
    if (res.closed) return { how: 'left' }
    if (flight.end && flight.end.how !== 'answered') return flight.end
    const answer = flight.end?.how === 'answered' ? flight.end.answer : flight.recording?.answer()
    if (answer) {
      await onAnswer()
      answerWhole(res, anew(answer, to.nowMs), to)
      return { how: 'answered' }
    }
    await news.next()
  }
}

async function followStream(
  res: ServerResponse,
  flight: Flight,
  news: News,
  { to, onAnswer, streamError }: FollowOptions,
): Promise<Followed> {
  const id = newAnswerId()
  let encoder: StreamEncoder | undefined
  let told = 0
  for (;;) {
    if (res.closed) return { how: 'left' }
    const failed = flight.end?.how === 'answered' ? undefined : flight.end
    if (failed && !encoder) return failed
    const events = eventsOf(flight)
    // What has gone wrong already is not begun with: somebody else will lead.
    const isBroken = !encoder && events.some(({ type }) => type === 'error')
    if (events.length > told && !isBroken) {
      if (!encoder) {
        encoder = to.translation.streamEncoder(to)
        await onAnswer()
        openStream(res)
      }
      const some = events.slice(told).map((event) => renewed(event, id, to.nowMs))
      told = events.length
      await writeEvents(res, sliced(some), encoder)
      if (!some.some(({ type }) => type === 'end')) continue
      res.end()
      return { how: 'answered' }
    }
    if (failed) {
      res.end(streamError())
      return { how: 'answered' }
    }
    await news.next()
  }
}

/** What there is to be said so far: of an answer that another process made, all of it. */
function eventsOf({ recording, end }: Flight): readonly StreamEvent[] {
  if (end?.how === 'answered' && !recording) return [...replay(end.answer)]
  return recording?.events() ?? []
}

/** Each that is answered gets an answer of its own. */
function renewed(event: StreamEvent, id: string, nowMs: number): StreamEvent {
  return event.type === 'start' ? { ...event, id, createdAtSec: Math.floor(nowMs / 1_000) } : event
}

interface News {
  /** Resolves when there was news since it was asked for last, or the client has left. */
  next(): Promise<void>
  leave(): void
}

function newsOf(res: ServerResponse, flight: Flight): News {
  let isNew = false
  let wake: (() => void) | undefined
  const onNews = () => {
    isNew = true
    wake?.()
  }
  const unfollow = flight.follow(onNews)
  res.on('close', onNews)
  return {
    next: async () => {
      if (!isNew) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      isNew = false
    },
    leave() {
      res.off('close', onNews)
      unfollow()
    },
  }
}
