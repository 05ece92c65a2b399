import { TollgateError } from '../core/errors.ts'
import { uuidv7 } from '../core/ids.ts'
import { endToll, type Toll } from '../toll/toll.ts'
import { type Call, MAX_OUTPUT_TOKENS } from '../wire/call.ts'
import { isObject, type JsonObject } from '../wire/json.ts'
import type { ConversationSize } from './conversation-size.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { purchases } from './purchases.ts'
import { writeRecord } from './record.ts'
import { responseCall } from './response-call.ts'
import { type RunningResponse, runningResponse } from './running-response.ts'
import type { SessionState } from './session-state.ts'
import type { Terms, Visit } from './terms.ts'

/** The responses of a session, each with a reservation of its own from before it is asked for until it is charged. */
export interface Responses {
  /** Responses that the provider works on, or has been asked for. */
  readonly running: number
  /** Ask for a response, once it is reserved for. Resolves when it has been asked for, or refused to the client. */
  create(wish: Wish): Promise<void>
  /** The provider has begun one. */
  began(response: JsonObject): void | Promise<void>
  /** Part of one has come. */
  progressed(event: JsonObject): void
  /** One is over: what it cost is queued for the books before the client hears of it. */
  done(response: JsonObject): void
  /** The provider did not take what was sent under this id; who had asked for it, if it was a response. */
  refused(eventId: unknown): Wish['by'] | undefined
  /** The session is over. Resolves when every response that was not is charged for what came of it. */
  end(): Promise<void>
}

/** A response that somebody wants. */
export interface Wish {
  /** The client has asked for it, or a turn of its user has ended. */
  readonly by: 'client' | 'turn'
  readonly event: JsonObject
  /** The client's own id for it. */
  readonly id: string | undefined
}

export interface ResponsesOptions {
  readonly terms: Terms
  readonly visit: Visit
  readonly size: ConversationSize
  readonly state: SessionState
  /** What was reserved before the session began, for its first response. */
  readonly standby: Toll
  /** To the provider. */
  send(event: JsonObject): void
  /** The client is told that it cannot have a response, or (`isFinal`) none any more. */
  refuse(error: TollgateError, about: string | undefined, isFinal: true | undefined): void
}

/** A response that the provider has been asked for, and has not answered yet. */
interface Asked extends Pick<Wish, 'by'> {
  readonly eventId: string
  readonly running: RunningResponse
}

export function responses(options: ResponsesOptions): Responses {
  const { terms, visit, size, state, standby, send, refuse } = options
  const bought = purchases(terms, visit, standby)
  // What the provider answers next belongs to what it was asked last.
  const line = oneAtATime<Asked>()
  const begun = new Map<string, RunningResponse>()
  const settling = new Set<Promise<unknown>>()
  let over = false

  async function ask({ by, event, id }: Wish): Promise<void> {
    if (over) return
    const request = isObject(event.response) ? event.response : {}
    const call = responseCall(visit.model, size, state, request)
    const paid = await bought.reserve(call).catch((error: unknown) => deny(error, call, id))
    if (!paid) return
    const { toll, leave } = paid
    if (over) return settle(Promise.all([endToll(toll, 'nothing'), leave('nothing')]))
    const eventId = id ?? `tollgate_${uuidv7()}`
    line.asked({ by, eventId, running: runningResponse({ ...options, ...paid, call, request }) })
    const cap = toll.cap ?? call.maxOutputTokens
    const response = cap === undefined ? request : { ...request, [state.capField]: cap }
    send({ ...event, event_id: eventId, response })
  }

  /** The client is told why it cannot have a response; one that is final ends the session. */
  function deny(error: unknown, call: Call, about: string | undefined, isFinal?: true): undefined {
    if (!TollgateError.is(error)) throw error
    const { code: refusal, status } = error
    const facts = { call, toll: undefined, atMs: terms.clock.now(), firstByteAtMs: undefined }
    writeRecord(terms, visit, { ...facts, ending: 'finished', status, refusal })
    refuse(error, about, isFinal)
  }

  /** A response that nobody has asked for is paid for like any other. One that does not fit is stopped, and booked. */
  async function uninvited(id: string): Promise<void> {
    // Nothing was put into it that would end it: it may be as long as the session, or the model, lets it.
    const call = { maxOutputTokens: MAX_OUTPUT_TOKENS, ...responseCall(visit.model, size, state, {}) }
    let refusal: unknown
    const paid = await bought.reserve(call).catch((error: unknown) => {
      refusal = error
      send({ type: 'response.cancel', response_id: id })
      return bought.reserveAnyway(call)
    })
    const running = paid && runningResponse({ ...options, ...paid, call, request: {} })
    if (running && over) settle(running.abort())
    else if (running) begun.set(id, running)
    if (refusal) deny(refusal, call, undefined, true)
  }

  function settle(work: Promise<unknown>): void {
    settling.add(work)
    void work.finally(() => settling.delete(work))
  }

  return {
    get running() {
      return begun.size + (line.open ? 1 : 0)
    },
    create: (wish) => line.next(() => ask(wish)),
    began({ id }) {
      if (!line.open) return uninvited(String(id))
      begun.set(String(id), line.open.running)
      line.close()
    },
    progressed(event) {
      begun.get(String(event.response_id))?.note(event)
    },
    done(response) {
      const id = String(response.id)
      const running = begun.get(id)
      begun.delete(id)
      if (running) settle(running.done(response))
    },
    refused(eventId) {
      const { open } = line
      if (!open || eventId !== open.eventId) return undefined
      line.close()
      settle(open.running.drop())
      return open.by
    },
    async end() {
      over = true
      if (line.open) settle(line.open.running.abort())
      line.close()
      for (const running of begun.values()) settle(running.abort())
      begun.clear()
      const released = bought.end()
      if (released) settle(released)
      await line.idle()
      await Promise.allSettled([...settling])
    },
  }
}
