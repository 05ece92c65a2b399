import type { IncomingMessage, ServerResponse } from 'node:http'
import { checkOrder } from './order.ts'
import { type Middleware, type Next, STAGE, type Stage } from './stage.ts'

/** What a stage needs and gives, as the type system sees it; a foreign handler neither needs nor gives. */
type Needs<Handler> = Handler extends {
  readonly [STAGE]: { readonly needs: readonly { readonly name: infer N }[] }
}
  ? N
  : never
type Gives<Handler> = Handler extends {
  readonly [STAGE]: { readonly gives: readonly { readonly name: infer G }[] }
}
  ? G
  : never
type NameOf<Handler> = Handler extends { readonly [STAGE]: { readonly name: infer Name extends string } }
  ? Name
  : 'this stage'

type IsLast<Handler> = Handler extends { readonly [STAGE]: { readonly last: true } } ? true : false
type Stages<Handlers extends readonly unknown[]> = Extract<Handlers[number], { readonly [STAGE]: unknown }>

/** The same handlers, with a sentence in place of each stage that is out of order. */
type InOrder<Handlers extends readonly unknown[], Given = never> = Handlers extends readonly [
  infer First,
  ...infer Rest,
]
  ? [Placed<First, Rest, Given>, ...InOrder<Rest, Given | Gives<First>>]
  : Handlers

type Placed<Handler, Rest extends readonly unknown[], Given> = [Exclude<Needs<Handler>, Given>] extends [
  never,
]
  ? [IsLast<Handler>, Stages<Rest>] extends [false, unknown] | [true, never]
    ? Handler
    : `${NameOf<Handler>} answers every request: mount ${NameOf<Stages<Rest>>} before it`
  : `${NameOf<Handler>} needs "${Exclude<Needs<Handler>, Given> & string}" from an earlier stage`

/** A host's handler between stages, for instance `express.json()`. */
// biome-ignore lint/suspicious/noExplicitAny: hosts type req and res each in their own way.
export type ForeignHandler = (req: any, res: any, next: any) => unknown

/**
 * Put stages, and other handlers between them, into one middleware. A wrong order does not compile, and throws here
 * where types do not reach.
 *
 * @throws TollgateError `misassembled`, naming the stage to move.
 *
 * @example
 * app.use('/v1', compose(authVirtualKey({ directory, masterKey }), budgetReserve({ ledger }), usageReconcile({ ledger }), providerFailover({ routes })))
 */
export function compose<const Handlers extends readonly (Stage | ForeignHandler)[]>(
  ...handlers: Handlers & InOrder<Handlers>
): Middleware {
  const list = handlers as unknown as readonly Middleware[]
  checkOrder(list)
  return function composed(req: IncomingMessage, res: ServerResponse, next: Next): void {
    let index = 0
    const step: Next = (error) => {
      if (error !== undefined && error !== null) return next(error)
      const handler = list[index]
      index += 1
      if (!handler) return next()
      run(handler, req, res, step)
    }
    step()
  }
}

/** A foreign handler may throw or reject: both are its fault, and go to the host. */
function run(handler: Middleware, req: IncomingMessage, res: ServerResponse, next: Next): void {
  try {
    const result: unknown = handler(req, res, next)
    if (result instanceof Promise) result.catch(next)
  } catch (error) {
    next(error ?? new Error('A handler threw nothing'))
  }
}
