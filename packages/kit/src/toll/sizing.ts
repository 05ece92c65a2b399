import { TollgateError } from '../core/errors.ts'
import type { AccountId } from '../ledger/ledger.ts'
import type { CallCaps } from '../meter/call-caps.ts'
import type { DigestedText } from '../meter/sent-before.ts'
import { heldTokens } from '../wire/stored/holdings.ts'
import type { Booth } from './booth.ts'
import { type Demand, type DemandOptions, demandOf, mayWriteLong } from './demand.ts'
import { senderOf, typicalKey } from './habits.ts'
import type { ReservePolicy } from './policy.ts'
import { refuseUnknown } from './refuse-unknown.ts'
import type { ReserveRequest } from './reserve-request.ts'
import type { Toll } from './toll.ts'
import { unreachable } from './unreachable.ts'

/** Where a request is charged, and what of its text may have been sent before. */
export interface Where {
  readonly path: AccountId[]
  readonly sent: DigestedText | undefined
}

/** What a request may cost, and all that this rests on, for whoever prices it at another deployment. */
export interface Sized {
  readonly sizing: DemandOptions
  readonly demand: Demand | undefined
}

/**
 * What a request may cost, as its limits want it to be known.
 *
 * @throws TollgateError `price_unknown`, `cap_exceeded` where they cannot be held.
 */
export function sized(policy: ReservePolicy, request: ReserveRequest, where: Where): Sized {
  const { call, deployment, upTo } = request
  const sizing = sizingFor(policy, request, where)
  if (upTo) refuseUnknown(request, upTo, sizing)
  return { sizing, demand: call && deployment && demandOf(call, deployment, sizing) }
}

/** Why limits could not be held that only observe. */
export function unheldOf(policy: ReservePolicy, request: ReserveRequest, where: Where): Toll['unheld'] {
  if (!policy.observe) return undefined
  try {
    sized({ ...policy, observe: false }, request, where)
  } catch (refusal) {
    if (!TollgateError.is(refusal)) throw refusal
    if (refusal.code === 'price_unknown' || refusal.code === 'cap_exceeded') return refusal.code
  }
  return undefined
}

function sizingFor(policy: ReservePolicy, request: ReserveRequest, { path, sent }: Where): DemandOptions {
  const { call, received, principal, holdings } = request
  return {
    prices: policy.prices,
    nearLimit: policy.nearLimit,
    // What is only observed is neither extended nor cut.
    enforcement: policy.observe ? 'hard' : policy.enforcement,
    ...(!policy.observe && { caps: capsOf(request) }),
    smallest: policy.observe ? {} : smallestOver(policy.booth, principal.org, path),
    typicalOutput: call && policy.booth.typical.typical(typicalKey(principal), call.model),
    ...(received && { longWrites: mayWriteLong(received.text) }),
    ...(holdings && { storedAt: (deployment) => heldTokens(holdings, deployment) }),
    ...(sent && { seenAt: (deployment) => policy.booth.sent.seen(senderOf(principal, deployment), sent) }),
  }
}

/** What a tier says of single calls, and what a key does: of two costs the lower one. */
function capsOf({ caps = {}, principal: { scopes } }: ReserveRequest): CallCaps {
  const [usd] = [caps.maxCostNanoUsd, scopes?.maxCostNanoUsd]
    .filter((most) => most !== undefined)
    .toSorted((a, b) => a - b)
  return usd === undefined ? caps : { ...caps, maxCostNanoUsd: usd }
}

function smallestOver({ ledger }: Booth, org: string, path: readonly AccountId[]): DemandOptions['smallest'] {
  try {
    return ledger.smallestLimits(org, path)
  } catch (cause) {
    throw unreachable(cause)
  }
}
