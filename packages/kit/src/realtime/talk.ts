import type { WebSocket } from 'ws'
import { TollgateError } from '../core/errors.ts'
import { warn } from '../core/warn.ts'
import type { Toll } from '../toll/toll.ts'
import type { JsonObject } from '../wire/json.ts'
import { type Closing, faulty, isFinalRefusal, refused } from './closing.ts'
import { type ConversationSize, conversationSize } from './conversation-size.ts'
import { errorEvent } from './error-event.ts'
import { send } from './lane.ts'
import { type Responses, responses } from './responses.ts'
import { type SessionState, sessionState } from './session-state.ts'
import type { Terms, Visit } from './terms.ts'
import { type Transcripts, transcripts } from './transcripts.ts'
import { type Turns, turnTaking } from './turn-taking.ts'

/** What both directions of a session share, from its opening until it is closed. */
export interface Talk {
  readonly visit: Visit
  readonly client: WebSocket
  readonly upstream: WebSocket
  readonly size: ConversationSize
  readonly turns: Turns
  /** Known once the provider has said how the session begins; resolves to undefined when it ended before that. */
  readonly begun: Promise<Begun | undefined>
  /** The provider works on a response, or has been asked for one. */
  readonly responding: boolean
  /** Nothing more goes to the provider. */
  readonly over: boolean
  /** The provider has said how the session begins. */
  begin(session: JsonObject): Begun
  /** An event of our own to the provider. */
  toProvider(event: JsonObject): void
  /** Tell the client of a refusal; one that is final ends the session, when what runs is over. */
  refuse(error: TollgateError, about?: string, isFinal?: true | undefined): void
  /** Something is wrong with the session itself: tell the client, and end it. */
  fail(error: TollgateError): void
  /** Something went wrong that is nobody's refusal. */
  fault(error: unknown): void
  /** End it when no response runs any more; how it was first to be ended counts. */
  drain(closing: Closing): void
  /** Close it, where it is to be closed, and no response runs any more. */
  closeIfDone(): void
  /** End it now, and once: nothing more is passed on. */
  close(closing: Closing): void
}

/** A session that the provider has begun. */
export interface Begun {
  readonly state: SessionState
  readonly responses: Responses
  readonly transcripts: Transcripts
}

export interface TalkOptions {
  readonly terms: Terms
  readonly visit: Visit
  readonly client: WebSocket
  readonly upstream: WebSocket
  /** What is reserved for its first response. */
  readonly standby: Toll
  /** It is over; undefined where the provider had not begun it. */
  onClose(closing: Closing, begun: Begun | undefined): void
}

export function talkBetween({ terms, visit, client, upstream, standby, onClose }: TalkOptions): Talk {
  const { promise: begun, resolve: begin } = Promise.withResolvers<Begun | undefined>()
  let running: Begun | undefined
  let closing: Closing | undefined
  let over = false

  const talk: Talk = {
    visit,
    client,
    upstream,
    size: conversationSize(),
    turns: turnTaking(),
    begun,
    get responding() {
      return running !== undefined && running.responses.running > 0
    },
    get over() {
      return over || closing !== undefined
    },
    begin(session) {
      const state = sessionState(session)
      const { size, toProvider, refuse } = talk
      size.configured(state.promptBytes)
      const ofSession = responses({
        terms,
        visit,
        size,
        state,
        standby,
        send: toProvider,
        refuse,
        onGivenUp: talk.closeIfDone,
      })
      running = { state, responses: ofSession, transcripts: transcripts(terms, visit) }
      begin(running)
      return running
    },
    toProvider: (event) => void send(upstream, JSON.stringify(event)),
    refuse(error, about, isFinal) {
      void send(client, errorEvent(error, visit.requestId, about))
      if (isFinal ?? isFinalRefusal(error)) closing ??= refused(error)
      talk.closeIfDone()
    },
    fail(error) {
      if (over) return
      void send(client, errorEvent(error, visit.requestId))
      talk.close(faulty(error))
    },
    fault(error) {
      warn('TOLLGATE_FAULT', `A session has failed (${visit.requestId}): ${String(error)}`)
      talk.fail(new TollgateError('internal_error', { cause: error }))
    },
    drain(how) {
      closing ??= how
      talk.closeIfDone()
    },
    closeIfDone() {
      if (closing && !talk.responding) talk.close(closing)
    },
    close(how) {
      if (over) return
      over = true
      onClose(how, running)
      begin(undefined)
    },
  }
  return talk
}
