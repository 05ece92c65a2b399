import type { WebSocket } from 'ws'
import { TollgateError } from '../core/errors.ts'
import { brokenOff, cutOff } from '../failover/faults.ts'
import type { Toll } from '../toll/toll.ts'
import { stillAdmitted } from './admission.ts'
import { clientSide } from './client-side.ts'
import { type Closing, closeSides, GONE, isFinalRefusal, passedOn, STOPPING, TOO_LONG } from './closing.ts'
import { errorEvent } from './error-event.ts'
import { type Frame, handleInOrder, send } from './lane.ts'
import { providerSide } from './provider-side.ts'
import { releaseUnused } from './purchase.ts'
import { type Begun, talkBetween } from './talk.ts'
import type { Terms, Visit } from './terms.ts'
import { watchSession } from './watch.ts'

/** A session that runs. */
export interface Session {
  /** End when the responses that run are over; begin no other. */
  drain(): void
  /** End now: what came of the responses that run is charged. */
  cut(): void
  /** Resolves once it is over, and all of it is in the books. */
  readonly ended: Promise<void>
}

export interface SessionParts {
  readonly client: WebSocket
  /** Its messages wait until it is resumed. */
  readonly upstream: WebSocket
  /** What is reserved for its first response. */
  readonly standby: Toll
}

/**
 * Carry a session between a client and a provider. It ends when either side closes or falls silent, when the caller may
 * have no more of it, and at the longest after `sessionMs`.
 */
export function runSession(terms: Terms, visit: Visit, parts: SessionParts): Session {
  const { client, upstream, standby } = parts
  const sides = [client, upstream]
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const talk = talkBetween({ terms, visit, ...parts, onClose })
  const guarded = (handle: (frame: Frame) => Promise<void>) => (frame: Frame) =>
    handle(frame).catch(talk.fault)
  const fromClient = handleInOrder(client, guarded(clientSide(talk)))
  const fromProvider = handleInOrder(upstream, guarded(providerSide(talk)))

  const watch = watchSession(sides, terms, {
    onLate: () => talk.fail(new TollgateError('provider_timeout')),
    onTooLong: () => talk.close(TOO_LONG),
    onBeat: () => void stillAdmitted(terms, visit).catch(dismiss),
    onSilence(side) {
      side.terminate()
      if (side === upstream) talk.fail(brokenOff(visit.deployment))
      else talk.close(GONE)
    },
  })
  void talk.begun.then(watch.begun)

  /** Books that are away refuse the next response; they do not end what has been paid for. */
  function dismiss(error: unknown): void {
    if (TollgateError.is(error) && isFinalRefusal(error)) talk.refuse(error)
  }

  function onClose(closing: Closing, begun: Begun | undefined): void {
    watch.stop()
    // A provider that still generates is let go at once.
    if (talk.responding) upstream.terminate()
    void book(begun, closeSides(sides, closing, terms.timers)).then(end)
  }

  async function book(begun: Begun | undefined, gone: Promise<void>): Promise<void> {
    const booked = begun
      ? [begun.responses.end(), begun.transcripts.end()]
      : [releaseUnused(terms, visit, standby)]
    await Promise.all([...booked, gone, fromClient.idle(), fromProvider.idle()])
    // What was on its way when the session ended is booked as well.
    await begun?.responses.end()
  }

  for (const side of sides) side.on('error', () => side.terminate())
  client.once('close', () => talk.close(GONE))
  upstream.once('close', async (code: number, reason: Buffer) => {
    await fromProvider.idle()
    if (talk.responding) talk.fail(brokenOff(visit.deployment))
    else talk.close(passedOn(code, reason))
  })
  upstream.resume()

  return {
    ended,
    drain: () => talk.drain(STOPPING),
    cut() {
      void send(client, errorEvent(cutOff(), visit.requestId))
      talk.close(STOPPING)
    },
  }
}
