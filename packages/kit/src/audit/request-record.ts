import type { ErrorCode } from '../core/errors.ts'
import { uuidv7 } from '../core/ids.ts'
import { accountPath, type Principal } from '../directory/principal.ts'
import type { AccountId, Shortfall } from '../ledger/ledger.ts'
import { chargeOn, type Toll, wholeReservation } from '../toll/toll.ts'
import type { Call } from '../wire/call.ts'
import type { AuditAttempt, AuditRecord } from './record.ts'

/** What is known of a request when it has ended; undefined where its way did not lead there. */
export interface RequestFacts {
  readonly requestId: string
  readonly atMs: number
  readonly endedAtMs: number
  readonly latencyMs: number | null
  readonly firstByteMs: number | null
  readonly principal: Principal | undefined
  readonly tier: string | undefined
  /** What the tier would have refused, where tiers only observe. */
  readonly tierWouldRefuse: ErrorCode | undefined
  /** The same of limits on how fast it goes. */
  readonly paceWouldRefuse?: ErrorCode | undefined
  readonly call: Call | undefined
  readonly toll: Toll | undefined
  readonly attempts: readonly AuditAttempt[] | undefined
  /** What the cache did; absent where there is none. */
  readonly cache?: CacheFacts | undefined
  readonly ending: 'finished' | 'aborted'
  readonly status: number | null
  /** The code of what a stage answered with in place of an answer. */
  readonly refusal: ErrorCode | undefined
  readonly content: string | null
}

export interface CacheFacts {
  readonly status: NonNullable<AuditRecord['cache']>
  readonly reason: string | undefined
  readonly savedNanoUsd: number
  readonly overheadNanoUsd: number
}

/** The record of a request, whoever made it: a client of the gateway, or a governed fetch. */
export function requestRecord(facts: RequestFacts): AuditRecord {
  const { principal, toll, call, refusal, attempts } = facts
  const would = wouldRefuse(facts)
  const served = servedBy(toll, attempts)
  const fault = refusal !== undefined && PROVIDER_FAULTS.has(refusal) ? refusal : null
  const { source, version } = toll?.demand?.price ?? { source: null, version: null }
  return {
    id: toll?.id ?? uuidv7(facts.atMs),
    requestId: facts.requestId,
    atMs: facts.atMs,
    endedAtMs: facts.endedAtMs,
    org: principal?.org ?? null,
    team: principal?.team ?? null,
    project: principal?.project ?? null,
    user: principal?.user ?? null,
    key: principal?.key ?? null,
    tags: principal?.tags ?? null,
    tier: facts.tier ?? null,
    decision: fault === null && refusal !== undefined ? refusal : decisionOn(facts),
    fault,
    wouldRefuse: would?.code ?? null,
    wouldRefuseAccount: would?.account ?? null,
    dialect: call?.dialect ?? null,
    endpoint: call?.endpoint ?? null,
    model: call?.model ?? toll?.demand?.deployment.model ?? null,
    stream: call?.stream ?? null,
    provider: served?.provider ?? null,
    servedModel: served?.model ?? null,
    attempts: attempts ?? NO_ATTEMPTS,
    ending: facts.ending,
    status: facts.status,
    ...chargeFields(toll),
    ...cacheFields(facts.cache),
    reservedNanoUsd: toll?.granted.usd ?? null,
    priceVersion: version,
    priceSource: source,
    latencyMs: facts.latencyMs,
    firstByteMs: facts.firstByteMs,
    content: facts.content,
  }
}

type CacheFields = Pick<AuditRecord, 'cache' | 'cacheReason' | 'savedNanoUsd' | 'cacheOverheadNanoUsd'>

/** A cache that is off did nothing, as one that is not there. */
function cacheFields(facts: CacheFacts | undefined): CacheFields {
  if (!facts || facts.reason === 'off' || facts.reason === 'no_call')
    return { cache: null, cacheReason: null, savedNanoUsd: null, cacheOverheadNanoUsd: null }
  const { status, reason, savedNanoUsd, overheadNanoUsd } = facts
  return { cache: status, cacheReason: reason ?? null, savedNanoUsd, cacheOverheadNanoUsd: overheadNanoUsd }
}

const NO_ATTEMPTS: readonly AuditAttempt[] = []

/** A provider that fails is no decision of ours. */
const PROVIDER_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'provider_error',
  'provider_unavailable',
  'provider_timeout',
])

/** Whoever got an answer, or as far as a reservation or a provider, was let in. */
function decisionOn({ ending, toll, attempts }: RequestFacts): 'allowed' | 'undecided' {
  return ending === 'finished' || toll || attempts ? 'allowed' : 'undecided'
}

/** The part of a record that a later truth may change. */
export type ChargeFields = Pick<
  AuditRecord,
  | 'inputTokens'
  | 'cachedInputTokens'
  | 'cacheWriteTokens'
  | 'audioInputTokens'
  | 'outputTokens'
  | 'audioOutputTokens'
  | 'reasoningTokens'
  | 'cacheWrite1hTokens'
  | 'imageInputTokens'
  | 'imageOutputTokens'
  | 'images'
  | 'audioMs'
  | 'characters'
  | 'webSearches'
  | 'unit'
  | 'unitThousandths'
  | 'serviceTier'
  | 'chargedNanoUsd'
  | 'chargedTokens'
  | 'basis'
>

/** What a toll was charged. One that nobody has ended will expire, and is charged whole then: nothing else is known. */
export function chargeFields(toll: Toll | undefined): ChargeFields {
  const running = toll !== undefined && !toll.ended
  const charge = toll && (running ? wholeReservation(toll) : chargeOn(toll))
  const usage = charge?.usage
  return {
    inputTokens: sumOf(usage?.input, usage?.imageInput),
    cachedInputTokens: sumOf(sumOf(usage?.cachedInput, usage?.cachedAudioInput), usage?.cachedImageInput),
    cacheWriteTokens: sumOf(usage?.cacheWrite, usage?.cacheWrite1h),
    audioInputTokens: usage?.audioInput ?? null,
    outputTokens: sumOf(usage?.output, usage?.imageOutput),
    audioOutputTokens: usage?.audioOutput ?? null,
    reasoningTokens: usage?.reasoning ?? null,
    cacheWrite1hTokens: usage?.cacheWrite1h ?? null,
    imageInputTokens: usage?.imageInput ?? null,
    imageOutputTokens: usage?.imageOutput ?? null,
    images: usage?.images ?? null,
    audioMs: usage?.audioMs ?? null,
    characters: usage?.characters ?? null,
    webSearches: usage?.webSearches ?? null,
    unit: charge?.units?.unit ?? null,
    unitThousandths: charge?.units?.thousandths ?? null,
    serviceTier: usage?.serviceTier ?? null,
    chargedNanoUsd: charge?.nanoUsd ?? 0,
    chargedTokens: charge?.tokens ?? 0,
    basis: running ? 'unconfirmed' : (charge?.basis ?? null),
  }
}

/** Of what there is; null where there is nothing. */
function sumOf(a: number | null | undefined, b: number | undefined): number | null {
  return (a ?? undefined) === undefined && b === undefined ? null : (a ?? 0) + (b ?? 0)
}

interface Served {
  readonly provider: string
  readonly model: string
}

/** Outcomes of attempts that gave the client nothing, and cost nothing. */
const UNSERVED: ReadonlySet<string> = new Set(['refused', 'unreachable', 'skipped'])

function servedBy(toll: Toll | undefined, attempts: readonly AuditAttempt[] | undefined): Served | undefined {
  if (attempts) return attempts.findLast(({ outcome }) => !UNSERVED.has(outcome))
  if (!toll?.demand || !chargeOn(toll)) return undefined
  const { provider, model } = toll.demand.deployment
  if (toll.told.length === 0) return { provider: provider.name, model }
  const [first, ...others] = toll.told
  if (!first || !('model' in first)) return undefined
  const same = others.every((told) => 'model' in told && told.model === first.model)
  return same ? { provider: first.provider ?? provider.name, model: first.model } : undefined
}

/** What would have refused a request first, in the order of its walk: the tier, a limit, what cannot be held, a budget. */
function wouldRefuse({
  tierWouldRefuse,
  paceWouldRefuse,
  principal,
  toll,
}: RequestFacts): { readonly code: ErrorCode; readonly account: AccountId | null } | undefined {
  const first = tierWouldRefuse ?? paceWouldRefuse ?? toll?.unheld
  if (first) {
    return { code: first, account: principal ? accountPath(principal).at(-1)! : null }
  }
  const [shortfall] = toll?.would ?? []
  if (!shortfall) return undefined
  const lasting = toll!.would.find(({ reason }) => reason !== 'reserved')
  return { code: codeOf(lasting ?? shortfall), account: (lasting ?? shortfall).account }
}

function codeOf({ reason }: Shortfall): ErrorCode {
  return reason === 'reserved' ? 'budget_reserved' : 'budget_exceeded'
}
