import type { Clock } from '../core/clock.ts'
import { TollgateError } from '../core/errors.ts'
import { uuidv7 } from '../core/ids.ts'
import { warn } from '../core/warn.ts'
import type { HowToAsk } from '../directory/how-to-ask.ts'
import { accountPath, type Principal } from '../directory/principal.ts'
import type { AccountId, Amounts, ReserveResult, Shortfall } from '../ledger/ledger.ts'
import { noAccountText } from '../ledger/no-account.ts'
import { capFor, type Enforcement } from '../meter/bounds.ts'
import type { CallCaps } from '../meter/call-caps.ts'
import type { PriceBook } from '../meter/price-book.ts'
import { type DigestedText, digestText } from '../meter/sent-before.ts'
import type { Tokenizer } from '../meter/tokenizer.ts'
import type { Call } from '../wire/call.ts'
import type { ReceivedCall } from '../wire/received-call.ts'
import type { Deployment } from '../wire/routes.ts'
import { type Holdings, heldTokens } from '../wire/stored/holdings.ts'
import type { Booth } from './booth.ts'
import { type Demand, type DemandOptions, demandOf, mayWriteLong } from './demand.ts'
import { type ExposeLimits, refusalOf } from './refusals.ts'
import { refuseUnknown, type Unknown } from './refuse-unknown.ts'
import { sentTextOf } from './sent-text.ts'
import { openToll, type Toll } from './toll.ts'

/** How a service reserves: decided at assembly. */
export interface ReservePolicy {
  readonly booth: Booth
  readonly prices: PriceBook
  readonly tokenizer: Tokenizer
  readonly nearLimit: 'refuse' | 'cap'
  readonly enforcement: Enforcement
  readonly exposeLimits: ExposeLimits
  readonly budgetStatus: 429 | 402
  readonly howToAsk: HowToAsk
  /** How long a request may wait for running ones to settle before it is refused, ms. */
  readonly waitMs: number
  readonly observe: boolean
  readonly ttlMs: number
  readonly clock: Clock
}

/** What is to be reserved for: a call to price, or a plain amount for a route whose cost its owner bounds. */
export interface ReserveRequest {
  readonly requestId: string
  readonly principal: Principal
  /** The facts of the call, when it has a model and a price. */
  readonly call: Call | undefined
  /** The call as received, when it is one. */
  readonly received: ReceivedCall | undefined
  /** Where it goes first; undefined with `upTo`. */
  readonly deployment: Deployment | undefined
  /** The most that the route may cost, when no call says so. */
  readonly upTo: Amounts | undefined
  /** What one call may be at the most, by the caller's tier; its key may say less. */
  readonly caps?: CallCaps | undefined
  /** What it goes on with, and how much that is; undefined where it names nothing, or nobody has looked. */
  readonly holdings?: Holdings | undefined
  /** What `upTo` says nothing of, so that no hard limit in it can be held. Tokens, where it is not told. */
  readonly unknown?: readonly Unknown[] | undefined
  /** `soft`: `upTo` is only believed to be the most. `proven` where it is not told. */
  readonly bound?: 'proven' | 'soft' | undefined
  /** The client has left: no sense in waiting on. */
  readonly gone: () => boolean
}

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
  const sent = text && digestText(text)
  const { sizing, demand } = sized(policy, request, { path, sent })
  const unheld = policy.observe
    ? refusalCode(() => sized({ ...policy, observe: false }, request, { path, sent }))
    : undefined
  const { min, want } = demand?.bounds ?? { min: request.upTo!, want: request.upTo! }
  const alike = {
    org,
    path,
    bound: demand?.bounds.bound ?? request.bound ?? 'proven',
    ttlMs: policy.ttlMs,
    owner: booth.keeper.owner,
    observe: policy.observe,
    memo: {
      requestId: request.requestId,
      model: request.call?.model ?? '',
      priceVersion: demand?.price.version ?? '',
      ...(request.principal.tags ? { tags: request.principal.tags } : {}),
    },
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
    sent,
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

/** What a tier says of single calls, and what a key does: of two costs the lower one. */
function capsOf({ caps = {}, principal: { scopes } }: ReserveRequest): CallCaps {
  const [usd] = [caps.maxCostNanoUsd, scopes?.maxCostNanoUsd]
    .filter((most) => most !== undefined)
    .toSorted((a, b) => a - b)
  return usd === undefined ? caps : { ...caps, maxCostNanoUsd: usd }
}

/**
 * What a request may cost, as its limits want it to be known.
 *
 * @throws TollgateError `price_unknown`, `cap_exceeded` where they cannot be held.
 */
function sized(policy: ReservePolicy, request: ReserveRequest, where: Where) {
  const { call, deployment, upTo } = request
  const sizing = sizingFor(policy, request, where)
  if (upTo) refuseUnknown(request, upTo, sizing)
  return { sizing, demand: call && deployment && demandOf(call, deployment, sizing) }
}

/** Why limits could not be held that only observe. */
function refusalCode(size: () => unknown): Toll['unheld'] {
  try {
    size()
  } catch (refusal) {
    if (!TollgateError.is(refusal)) throw refusal
    if (refusal.code === 'price_unknown' || refusal.code === 'cap_exceeded') return refusal.code
  }
  return undefined
}

/** Where a request is charged, and what of its text may have been sent before. */
interface Where {
  readonly path: AccountId[]
  readonly sent: DigestedText | undefined
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

/** Whose texts are remembered, and where they went: the org's, at a model of a provider, which counts them all alike. */
export function senderOf({ org }: Principal, { provider, model }: Deployment): string {
  return JSON.stringify([org, provider.name, model])
}

/** Whose habits size the minimum: the key's, or whatever names the caller most closely, in its org. */
export function typicalKey(principal: Principal): string {
  const { org, team, project, user, key } = principal
  return `${org} ${key ?? user ?? project ?? team ?? ''}`
}

/**
 * The cap to put into the request: where the client gave none, or one that the grant, or the model, does not reach.
 */
export function neededCap(
  granted: Amounts,
  { bounds }: Demand,
  asked: number | undefined,
): number | undefined {
  const cap = capFor(granted, bounds)
  if (cap === undefined) return undefined
  if (cap === 'below-minimum')
    throw new Error('The ledger granted less than the minimum that it was asked for')
  return asked === undefined || cap < asked ? cap : undefined
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

function smallestOver({ ledger }: Booth, org: string, path: readonly AccountId[]): DemandOptions['smallest'] {
  try {
    return ledger.smallestLimits(org, path)
  } catch (cause) {
    throw unreachable(cause)
  }
}

/** The books do not answer: the request is refused, since what they would have said is not known. */
export function unreachable(cause: unknown): TollgateError {
  return new TollgateError('ledger_unavailable', {
    cause,
    retryAfterMs: 1000,
    internal: `The books did not answer: ${String(cause)}`,
  })
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
