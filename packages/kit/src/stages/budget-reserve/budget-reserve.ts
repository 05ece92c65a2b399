import type { IncomingMessage } from 'node:http'
import { hasBody, replaceBody } from '../../core/body.ts'
import { type Outcome, peekContext } from '../../core/context.ts'
import { misassembled, TollgateError } from '../../core/errors.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import { reservedHeaders } from '../../toll/headers.ts'
import { type ReserveOptions, reservePolicy } from '../../toll/policy.ts'
import { reserveToll } from '../../toll/reserve.ts'
import { endToll, type Toll, wholeReservation } from '../../toll/toll.ts'
import type { Call } from '../../wire/call.ts'
import { editCall } from '../../wire/edit.ts'
import { type Passages, passageOf } from '../../wire/passage/passages.ts'
import { isUnpricedEndpoint, noEndpoint, pathOf, receiveCall } from '../../wire/receive.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import type { Deployment, Routes } from '../../wire/routes.ts'
import { principal } from '../identify/slots.ts'
import { holdings } from '../owner-check/slots.ts'
import { entitlement } from '../tier-check/slots.ts'
import { type CallFacts, callOfFacts, upToAmounts } from './call-facts.ts'
import { choicesFor, reserveFirst } from './choices.ts'
import { type Passing, passing } from './passing.ts'
import { tollSlot } from './slots.ts'

export interface BudgetReserveOptions extends ReserveOptions {
  /** Where models are served; without it, a model is priced as its dialect's own provider lists it. */
  readonly routes?: Routes
  /** For a body that is no provider's: the call that the handler will make. `null`: this request buys nothing. */
  readonly call?: (req: IncomingMessage) => CallFacts | null
  /** For a route with a bound of its own: the most it may cost, in USD. */
  readonly upToUsd?: string
  /** Where requests go that are no calls of models, and what they cost. */
  readonly passages?: Passages
}

/**
 * Reserve the most that a request can cost, on every account of its caller at once, before anybody calls the provider;
 * and put the output cap that the grant pays for into the request.
 *
 * Refuses with `budget_exceeded` or `budget_reserved` (429), `price_unknown` (400), `cap_exceeded` (403), and answers `ledger_unavailable`
 * (503) when the books do not answer: fails closed. What nobody settles is settled at what was reserved; what this
 * process leaves behind when it dies is charged, unconfirmed, once `reservationTtlMs` have passed.
 *
 * @example
 * app.use('/chat', identify((req) => ({ user: req.user.id })), budgetReserve({ ledger }), usageReconcile())
 */
export const budgetReserve = ({
  routes,
  call: factsOf,
  upToUsd,
  passages,
  ...options
}: BudgetReserveOptions): Stage<'principal', 'reservation', 'budget-reserve'> => {
  if (factsOf && upToUsd !== undefined)
    throw misassembled('budgetReserve takes `call` or `upToUsd`, not both.')
  const upTo = upToUsd === undefined ? undefined : upToAmounts(upToUsd)
  const policy = reservePolicy(options)

  /** What this request is about to buy; undefined when it buys nothing. */
  const purchaseOf = async (req: IncomingMessage): Promise<Purchase | undefined> => {
    if (upTo) return { upTo }
    if (factsOf) {
      const facts = factsOf(req)
      return facts ? { call: callOfFacts(facts) } : undefined
    }
    const passage = passages && passageOf(req, passages)
    if (passage) return passing(passage)
    const received = await receiveCall(req)
    if (received) return { call: received, received }
    // A CORS preflight buys nothing. An OPTIONS with a body may be meant for a handler that takes every method, and is
    // none.
    if (req.method === 'OPTIONS' && !hasBody(req)) return undefined
    const path = pathOf(req)
    if (isUnpricedEndpoint(path)) {
      throw noEndpoint(`What ${path} costs cannot be told, so it is not served.`)
    }
    throw new TollgateError('invalid_request', {
      message: 'What this request may cost cannot be told: its body is not a provider call.',
      internal: `${req.method} ${req.url}: give budgetReserve \`call\` or \`upToUsd\` for this route, or mount it on the routes that call a provider`,
    })
  }

  return defineStage({
    name: 'budget-reserve',
    needs: [principal],
    gives: [tollSlot],
    handle: async function budgetReserve(req, res) {
      // Before anything is held: what the second would reserve, nobody would end.
      if (tollSlot.given(req))
        throw misassembled('budget-reserve is mounted twice on one way. Mount it once.')
      const purchase = await purchaseOf(req)
      if (!purchase) return tollSlot.set(req, undefined)
      const reserve = (deployment?: Deployment) =>
        reserveToll(policy, {
          requestId: peekContext(req)!.id,
          principal: principal.get(req),
          call: purchase.call,
          received: purchase.received,
          deployment,
          upTo: purchase.upTo,
          caps: entitlement.peek(req)?.caps,
          holdings: holdings.peek(req),
          unknown: purchase.unknown,
          bound: purchase.bound,
          gone: () => res.closed,
        })
      const toll = purchase.call
        ? await reserveFirst(choicesFor(req, purchase.call, routes), reserve)
        : await reserve()
      tollSlot.set(req, toll)
      for (const [name, value] of Object.entries(reservedHeaders(toll, policy.exposeLimits)))
        res.setHeader(name, value)
      if (purchase.received) forward(req, purchase.received, toll)
    },
    settle: (req, _res, outcome) => settleUnsettled(req, outcome),
  })
}

interface Purchase extends Partial<Passing> {
  readonly call?: Call
  readonly received?: ReceivedCall
}

/**
 * Put what enforcement needs into the request that everybody behind this stage sees. It is kept on the toll as well: a
 * provider stage sends the same bytes where its deployment takes them, rather than make them again.
 */
function forward(req: IncomingMessage, received: ReceivedCall, toll: Toll): void {
  const edited = editCall(received, toll.cap === undefined ? {} : { maxOutputTokens: toll.cap })
  if (edited) replaceBody(req, edited.bytes, edited.body)
  toll.forwarded = { bytes: edited?.bytes ?? received.bytes, cap: toll.cap }
  // An answer that is compressed cannot be read as it passes.
  req.headers['accept-encoding'] = 'identity'
}

/**
 * The last resort, where no usage-reconcile is mounted, or was not reached: a request that went no further, or that a
 * stage refused, bought nothing; all others may have reached a provider, and what may have been spent is spent.
 */
async function settleUnsettled(req: IncomingMessage, outcome: Outcome): Promise<void> {
  const toll = tollSlot.peek(req)
  if (!toll || toll.ended) return
  const refused = outcome.refusal !== undefined && toll.sentAtMs === undefined
  await endToll(toll, refused || !outcome.passedOn ? 'nothing' : wholeReservation(toll))
}
