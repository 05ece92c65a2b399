import { TollgateError } from '../core/errors.ts'
import { endToll, type Toll } from '../toll/toll.ts'
import { type Call, MAX_OUTPUT_TOKENS } from '../wire/call.ts'
import { isObject, type JsonObject } from '../wire/json.ts'
import type { ConversationSize } from './conversation-size.ts'
import { type OneAtATime, oneAtATime } from './one-at-a-time.ts'
import { ownEventId } from './own-event-id.ts'
import { type Purchases, purchases } from './purchases.ts'
import { writeRecord } from './record.ts'
import { responseCall } from './response-call.ts'
import { type RunningResponse, runningResponse } from './running-response.ts'
import type { SessionState } from './session-state.ts'
import { type Settlements, settlements } from './settlements.ts'
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
  /** The provider did not take what was sent under this id; whose wish it was, if it was a response. */
  refused(eventId: unknown): Pick<Wish, 'by' | 'id'> | undefined
  /** The provider did not take something, and does not say what: a response that it does not begin soon was it. */
  doubted(): void
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
  /** A response is waited for no longer. */
  onGivenUp(): void
}

/** A response that the provider has been asked for, and has not answered yet. */
interface Asked extends Pick<Wish, 'by' | 'id'> {
  readonly eventId: string
  readonly running: RunningResponse
  isDoubted: boolean
}

/** The responses of one session, wherever they are. */
interface Desk {
  readonly options: ResponsesOptions
  readonly bought: Purchases
  /** What the provider answers next belongs to what it was asked last. */
  readonly line: OneAtATime<Asked>
  readonly begun: Map<string, RunningResponse>
  readonly settling: Settlements
  over: boolean
}

export function responses(options: ResponsesOptions): Responses {
  const { terms, visit, standby } = options
  const line = oneAtATime<Asked>()
  const begun = new Map<string, RunningResponse>()
  const settling = settlements(visit.requestId)
  const desk: Desk = {
    options,
    line,
    begun,
    settling,
    over: false,
    bought: purchases(terms, visit, standby),
  }
  return {
    get running() {
      return begun.size + (line.open ? 1 : 0)
    },
    create: (wish) => line.next(() => ask(desk, wish)),
    began({ id }) {
      if (!line.open) return uninvited(desk, String(id))
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
      if (running) settling.add(running.done(response))
    },
    refused(eventId) {
      const { open } = line
      if (!open || eventId !== open.eventId) return undefined
      drop(desk, open)
      return open
    },
    doubted: () => doubt(desk),
    end: () => end(desk),
  }
}

async function ask(desk: Desk, { by, event, id }: Wish): Promise<void> {
  if (desk.over) return
  const { options, bought, line, settling } = desk
  const { visit, size, state, send } = options
  const request = isObject(event.response) ? event.response : {}
  const call = responseCall(visit.model, size, state, request)
  const paid = await bought.reserve(call).catch((error: unknown) => deny(options, { error, call, id }))
  if (!paid) return
  const { toll, leave } = paid
  if (desk.over) return settling.add(Promise.all([endToll(toll, 'nothing'), leave('nothing')]))
  const eventId = ownEventId()
  const running = runningResponse({ ...options, ...paid, call, request })
  line.asked({ by, id, eventId, running, isDoubted: false })
  const cap = toll.cap ?? call.maxOutputTokens
  const response = cap === undefined ? request : { ...request, [state.capField]: cap }
  send({ ...event, event_id: eventId, response })
}

interface Denial extends Partial<Pick<Wish, 'id'>> {
  readonly error: unknown
  readonly call: Call
  readonly isFinal?: true
}

/** The client is told why it cannot have a response; one that is final ends the session. */
function deny({ terms, visit, refuse }: ResponsesOptions, { error, call, id, isFinal }: Denial): undefined {
  if (!TollgateError.is(error)) throw error
  const { code: refusal, status } = error
  const facts = { call, toll: undefined, atMs: terms.clock.now(), firstByteAtMs: undefined }
  writeRecord(terms, visit, { ...facts, ending: 'finished', status, refusal })
  refuse(error, id, isFinal)
}

/** A response that nobody has asked for is paid for like any other. One that does not fit is stopped, and booked. */
async function uninvited(desk: Desk, id: string): Promise<void> {
  const { options, bought, begun, settling } = desk
  const { visit, size, state, send } = options
  // Nothing was put into it that would end it: it may be as long as the session, or the model, lets it.
  const call = { maxOutputTokens: MAX_OUTPUT_TOKENS, ...responseCall(visit.model, size, state, {}) }
  let error: unknown
  const paid = await bought.reserve(call).catch((refusal: unknown) => {
    error = refusal
    send({ type: 'response.cancel', response_id: id })
    return bought.reserveAnyway(call)
  })
  const running = paid && runningResponse({ ...options, ...paid, call, request: {} })
  if (running && desk.over) settling.add(running.abort())
  else if (running) begun.set(id, running)
  if (error) deny(options, { error, call, isFinal: true })
}

/** The provider did not take what it was asked for. */
function drop({ line, settling }: Desk, { running }: Asked): void {
  line.close()
  settling.add(running.drop())
}

/** A response that is begun after all, when nobody waits for it any more, is paid for as one that nobody has asked for. */
function doubt(desk: Desk): void {
  const { open } = desk.line
  if (!open || open.isDoubted) return
  open.isDoubted = true
  const { terms, onGivenUp } = desk.options
  terms.timers.setTimeout(() => {
    if (desk.line.open !== open) return
    drop(desk, open)
    onGivenUp()
  }, terms.limits.connectMs)
}

async function end(desk: Desk): Promise<void> {
  const { line, begun, bought, settling } = desk
  desk.over = true
  if (line.open) settling.add(line.open.running.abort())
  line.close()
  for (const running of begun.values()) settling.add(running.abort())
  begun.clear()
  const released = bought.end()
  if (released) settling.add(released)
  await line.idle()
  await settling.idle()
}
