import type { IncomingMessage, ServerResponse } from 'node:http'
import { armClose, beginWork, endWork } from './close.ts'
import { type Context, contextOf, type EnteredStage, peekContext, type Settle } from './context.ts'
import { misassembled, TollgateError } from './errors.ts'
import { refuse } from './refuse.ts'
import type { Slot } from './slot.ts'
import { warn } from './warn.ts'

/** A Connect handler: Express 4 and 5, Connect and `node:http` can mount it. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void
export type Next = (error?: unknown) => void

/** What a stage says of itself; read by `compose`, `assertOrder` and the documentation. */
export interface StageMeta<
  Needs extends string = string,
  Gives extends string = string,
  Name extends string = string,
  Last extends boolean = boolean,
> {
  readonly name: Name
  /** Must have been given before this stage runs. */
  readonly needs: readonly Slot<unknown, Needs>[]
  readonly gives: readonly Slot<unknown, Gives>[]
  /** Read on the way back, where somebody gave it; no order follows from it. */
  readonly observes: readonly Slot<unknown>[]
  /** It answers every request it gets: a stage mounted behind it would never run. */
  readonly last: Last
}

/** The metadata of stages hangs on the function, where any host's list of handlers keeps it. */
export const STAGE: unique symbol = Symbol.for('tollgate.stage') as never

export type Stage<
  Needs extends string = string,
  Gives extends string = string,
  Name extends string = string,
  Last extends boolean = boolean,
> = Middleware & { readonly [STAGE]: StageMeta<Needs, Gives, Name, Last> }

export interface StageSpec<
  Needs extends string,
  Gives extends string,
  Name extends string,
  Last extends boolean = boolean,
> {
  readonly name: Name
  readonly needs?: readonly Slot<unknown, Needs>[]
  readonly gives?: readonly Slot<unknown, Gives>[]
  readonly observes?: readonly Slot<unknown>[]
  /** It answers every request it gets: a stage mounted behind it would never run, and is refused at assembly. */
  readonly last?: Last
  /**
   * The way there. Return to go on to the next handler, throw a {@link TollgateError} to refuse, answer `res` to end
   * the walk here. Anything else that is thrown goes to the host as a fault.
   */
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void | Promise<void>
  /** The way back: once, after the response has closed, however it ended. */
  readonly settle?: Settle
}

/**
 * Make a stage: a Connect middleware with a name, what it needs, what it gives, and a way to settle.
 *
 * A stage whose needs were not given answers 500 `misassembled` and never half-works. One that is still working when
 * the client leaves does not go on; its settle runs all the same.
 *
 * @example
 * export const denyWeekends = () => defineStage({
 *   name: 'deny-weekends',
 *   needs: [principal],
 *   handle: function denyWeekends(req) {
 *     if (new Date().getUTCDay() % 6 === 0) throw new TollgateError('model_not_allowed', { message: 'Come back on Monday.' })
 *   },
 * })
 */
export function defineStage<
  const Needs extends string = never,
  const Gives extends string = never,
  const Name extends string = string,
  const Last extends boolean = false,
>(spec: StageSpec<Needs, Gives, Name, Last>): Stage<Needs, Gives, Name, Last> {
  const { name, handle, settle } = spec
  const needs = spec.needs ?? []

  const stage = (req: IncomingMessage, res: ServerResponse, next: Next) => {
    const context = contextOf(req, res, (born) => armClose(born, req, res))
    if (context.closed) return
    const fault = orderFault(context, name, needs)
    if (fault) return fail(req, res, next, fault)
    const entry = { name, settle, passedOn: false }
    context.entered.push(entry)
    try {
      const working = handle(req, res)
      if (!working) return goOn(context, entry, res, next)
      beginWork(context)
      working.then(
        () => {
          endWork(context)
          goOn(context, entry, res, next)
        },
        (error: unknown) => {
          fail(req, res, next, error)
          endWork(context)
        },
      )
    } catch (error) {
      fail(req, res, next, error)
    }
  }
  Object.defineProperty(stage, 'name', { value: name })
  const meta = {
    name,
    needs,
    gives: spec.gives ?? [],
    observes: spec.observes ?? [],
    last: spec.last ?? false,
  }
  return Object.defineProperty(stage, STAGE, { value: meta }) as unknown as Stage<Needs, Gives, Name, Last>
}

/** The third net: what a mis-mounted stage finds at the first request. */
function orderFault(
  context: Context,
  name: string,
  needs: readonly Slot<unknown>[],
): TollgateError | undefined {
  for (const need of needs) {
    if (!context.slots.has(need.name)) {
      return misassembled(
        `${name} needs "${need.name}", which nothing gave before it. Mount ${need.giver} before ${name}.`,
      )
    }
  }
  return undefined
}

function goOn(context: Context, entry: EnteredStage, res: ServerResponse, next: Next): void {
  if (context.closed || context.answered || res.headersSent) return
  entry.passedOn = true
  next()
}

function fail(req: IncomingMessage, res: ServerResponse, next: Next, error: unknown): void {
  if (!TollgateError.is(error)) return next(error)
  if (error.code === 'misassembled') warnOnce(error.internal ?? error.message)
  const context = peekContext(req)
  if (context) context.refusal = error as TollgateError
  refuse(req, res, error as TollgateError)
}

const warned = new Set<string>()

/** The log has the cure: once per sentence, since every request would repeat it. */
function warnOnce(sentence: string): void {
  if (warned.has(sentence) || warned.size > 1000) return
  warned.add(sentence)
  warn('TOLLGATE_MISASSEMBLED', sentence)
}
