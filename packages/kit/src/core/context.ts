import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TollgateError } from './errors.ts'
import { requestId } from './ids.ts'

/** How a response ended, as its settles see it. */
export interface Outcome {
  /** `aborted`: the client left before the last byte. */
  readonly end: 'finished' | 'aborted'
  /** The status that was sent; 499 when the client left before there was one. */
  readonly status: number
  /** The refusal or fault that a stage answered with. */
  readonly refusal?: TollgateError
  /** Whether the stage that settles had handed the request on. */
  readonly passedOn: boolean
}

/** A stage that a request has reached. */
export interface EnteredStage {
  readonly name: string
  readonly settle: Settle | undefined
  /** It has handed the request on: what is behind it may have done anything since. */
  passedOn: boolean
}

export type Settle = (req: IncomingMessage, res: ServerResponse, outcome: Outcome) => void | Promise<void>

/** What stages share about one request: hidden on it, and read through slots. */
export interface Context {
  /** `x-request-id`: the client's own when it is well-formed. */
  readonly id: string
  /** Values given so far, by slot name. */
  readonly slots: Map<string, unknown>
  /** Stages entered so far, in order, with what they want to do on the way back. */
  readonly entered: EnteredStage[]
  /** A stage or handler has begun to answer. */
  answered: boolean
  /** The client has left, or the response is complete: nobody is to go on. */
  closed: boolean
  refusal: TollgateError | undefined
  /** Stages that are still working. */
  working: number
  /** Called when the last working stage is done after the close. */
  whenIdle: (() => void) | undefined
}

// Registered, so that two copies of this package in one process share the state of a request.
const CONTEXT = Symbol.for('tollgate.context')

type Carrier = IncomingMessage & { [CONTEXT]?: Context }

const WELL_FORMED = /^[\w.-]{1,128}$/

function idOf(req: IncomingMessage, res: ServerResponse): string {
  const known = res.getHeader('x-request-id') ?? req.headers['x-request-id']
  return typeof known === 'string' && WELL_FORMED.test(known) ? known : requestId()
}

/** The context of a request that some stage has seen, else undefined. */
export function peekContext(req: IncomingMessage): Context | undefined {
  return (req as Carrier)[CONTEXT]
}

/** The context of a request, made by the first stage that asks; `onBirth` then arms the close. */
export function contextOf(
  req: IncomingMessage,
  res: ServerResponse,
  onBirth: (context: Context) => void,
): Context {
  const known = peekContext(req)
  if (known) return known
  const context: Context = {
    id: idOf(req, res),
    slots: new Map(),
    entered: [],
    answered: false,
    // A client that left before the first stage emits no further `close`: it is checked here, once.
    closed: res.destroyed || res.writableEnded || res.closed || req.socket?.destroyed === true,
    refusal: undefined,
    working: 0,
    whenIdle: undefined,
  }
  // Not enumerable: whatever prints or serializes a request does not print an identity.
  Object.defineProperty(req, CONTEXT, { value: context })
  if (!res.headersSent) res.setHeader('x-request-id', context.id)
  onBirth(context)
  return context
}
