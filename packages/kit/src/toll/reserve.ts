import { TollgateError } from '../core/errors.ts'
import { uuidv7 } from '../core/ids.ts'
import { warn } from '../core/warn.ts'
import { accountPath } from '../directory/principal.ts'
import type { AccountId, Amounts, ReserveResult, Shortfall } from '../ledger/ledger.ts'
import { noAccountText } from '../ledger/no-account.ts'
import { digestText } from '../meter/sent-before.ts'
import type { Booth } from './booth.ts'
import type { Demand } from './demand.ts'
import { neededCap } from './needed-cap.ts'
import type { ReservePolicy } from './policy.ts'
import { refusalOf } from './refusals.ts'
import type { ReserveRequest } from './reserve-request.ts'
import { sentTextOf } from './sent-text.ts'
import { sized, unheldOf } from './sizing.ts'
import { openToll, type Toll } from './toll.ts'
import { unreachable } from './unreachable.ts'

/**
 * Reserve the worst case of a call on the whole path of its caller, in one atomic step.
 *
 * @throws TollgateError `budget_exceeded`, `budget_reserved`, `price_unknown`, `cap_exceeded`; `ledger_unavailable` when the books do
 * not answer: the effect is then unknown, so the id is released and nothing is sent.
 */
export async function reserveToll(policy: ReservePolicy, request: ReserveRequest): Promise<Toll> {
  const { booth, clock, tokenizer } = policy
  const { org } = request.principal
  const path = accountPath(request.principal)
  const text = request.received && sentTextOf(request.received)
  const where = { path, sent: text && digestText(text) }
  const { sizing, demand } = sized(policy, request, where)
  const unheld = unheldOf(policy, request, where)
  const { min, want } = demand?.bounds ?? { min: request.upTo!, want: request.upTo! }
  const alike = {
    org,
    path,
    bound: demand?.bounds.bound ?? request.bound ?? 'proven',
    ttlMs: policy.ttlMs,
    owner: booth.keeper.owner,
    observe: policy.observe,
    memo: memoOf(request, demand),
  }
  const id = uuidv7(clock.now())
  const result = await untilItFits(policy, request, () =>
    booth.ledger.reserve({ ...alike, id, min, want }),
  ).catch((cause: unknown) => failClosed(booth, org, id, cause))

  if (result.status === 'denied') throw denied(policy, path, result.shortfall, want)
  if (result.status !== 'ok') throw unavailable(org, result)
  booth.denials.forget(path)
  // The first count takes a second, to load a vocabulary: until it is needed, there is time.
  if (demand?.bounds.grows) void tokenizer.count([' '], demand.deployment.model)
  return openToll({
    booth,
    tokenizer,
    id,
    requestId: request.requestId,
    principal: request.principal,
    sizing,
    observing: policy.observe,
    received: request.received,
    sent: where.sent,
    demand,
    cap:
      demand && !policy.observe
        ? neededCap(result.granted, demand, request.call?.maxOutputTokens)
        : undefined,
    granted: result.granted,
    tightest: result.tightest,
    would: result.would,
    unheld,
    refusalOf: (shortfall, wanted) => denied(policy, path, shortfall, wanted),
    async reserveNext({ resetAtMs }, atLeast, wanted) {
      if (resetAtMs === null || resetAtMs > clock.now()) return undefined
      const next = { ...alike, id: uuidv7(clock.now()), min: atLeast, want: wanted }
      const reserved = await booth.ledger
        .reserve(next)
        .catch((cause: unknown) => failClosed(booth, org, next.id, cause))
      return reserved.status === 'ok' ? { id: next.id, granted: reserved.granted } : undefined
    },
    ttlMs: policy.ttlMs,
    reservedAtMs: clock.now(),
  })
}

/** What the books keep with a reservation, for whoever finds it there. */
function memoOf({ requestId, call, principal: { tags } }: ReserveRequest, demand: Demand | undefined) {
  return {
    requestId,
    model: call?.model ?? '',
    priceVersion: demand?.price.version ?? '',
    ...(tags ? { tags } : {}),
  }
}

/** Ask the books; when running requests hold what is missing, ask again until the wait is over. */
async function untilItFits(
  policy: ReservePolicy,
  request: ReserveRequest,
  reserve: () => Promise<ReserveResult>,
): Promise<ReserveResult> {
  const untilMs = policy.clock.now() + policy.waitMs
  for (;;) {
    const result = await reserve()
    if (result.status !== 'denied' || result.shortfall.reason !== 'reserved') return result
    if (policy.clock.now() >= untilMs || request.gone()) return result
    await policy.booth.denials.pause()
  }
}

function denied(
  policy: ReservePolicy,
  path: readonly AccountId[],
  shortfall: Shortfall,
  want: Amounts,
): TollgateError {
  return refusalOf(shortfall, want, {
    exposeLimits: policy.exposeLimits,
    budgetStatus: policy.budgetStatus,
    howToAsk: policy.howToAsk,
    nowMs: policy.clock.now(),
    retryAfterMs: policy.booth.denials.backOffMs(path, shortfall),
  })
}

/** The provider is never called on an unknown reserve; its release beats it, should it still arrive. */
function failClosed(booth: Booth, org: string, id: string, cause: unknown): never {
  booth.ledger.release(org, id).catch(() => {})
  throw unreachable(cause)
}

function unavailable(
  org: string,
  result: Exclude<ReserveResult, { status: 'ok' | 'denied' }>,
): TollgateError {
  const internal =
    result.status === 'no_account' ? noAccountText({ org, ...result }) : `reserve answered ${result.status}`
  warn('TOLLGATE_LEDGER', internal)
  return new TollgateError('ledger_unavailable', { internal, retryAfterMs: 1000 })
}
