import type { IncomingMessage } from 'node:http'
import { peekContext } from './context.ts'
import { misassembled } from './errors.ts'

/** A typed place in the state of a request: given by one stage, read by those after it. */
export interface Slot<Value, Name extends string = string> {
  readonly name: Name
  /** The stage that gives it, as an error message names it. */
  readonly giver: string
  /** The value. @throws TollgateError `misassembled` when no earlier stage gave it. */
  get(req: IncomingMessage): Value
  /** The value, or undefined: for observers. */
  peek(req: IncomingMessage): Value | undefined
  /** Whether it was given, be it as undefined. */
  given(req: IncomingMessage): boolean
  /** Give the value; once. @throws TollgateError `misassembled` the second time: a stage is mounted twice. */
  set(req: IncomingMessage, value: Value): void
}

/**
 * Define a slot: a noun with a type.
 *
 * @example
 * export const entitlement = slot<Entitlement>()('entitlement', 'tier-check')
 * entitlement.get(req).tier
 */
export function slot<Value>() {
  return <const Name extends string>(name: Name, giver: string): Slot<Value, Name> => ({
    name,
    giver,
    get(req) {
      const context = peekContext(req)
      if (!context?.slots.has(name)) {
        throw misassembled(`"${name}" was read, and no earlier stage has given it. Mount ${giver} before.`)
      }
      return context.slots.get(name) as Value
    },
    peek(req) {
      return peekContext(req)?.slots.get(name) as Value | undefined
    },
    given(req) {
      return peekContext(req)?.slots.has(name) === true
    },
    set(req, value) {
      const context = peekContext(req)
      if (!context)
        throw misassembled(`"${name}" was given outside of a stage. Wrap the giver in defineStage.`)
      if (context.slots.has(name)) {
        throw misassembled(`"${name}" was given twice. Mount ${giver} once on a request's way.`)
      }
      context.slots.set(name, value)
    },
  })
}
