import type { ClientDialect } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import { TollgateError } from '../core/errors.ts'
import { requestId } from '../core/ids.ts'
import { type NanoUsd, nanoUsd } from '../core/money.ts'
import { answerOf } from '../core/refuse.ts'
import { type Identity, principalOf } from '../directory/identity.ts'
import { accountPath, type Principal } from '../directory/principal.ts'
import type { Amounts } from '../ledger/ledger.ts'
import { reservedHeaders } from '../toll/headers.ts'
import { type ReserveOptions, type ReservePolicy, reservePolicy } from '../toll/policy.ts'
import { holdOrEnd } from '../toll/provider-hold.ts'
import { reserveToll } from '../toll/reserve.ts'
import type { ReserveRequest } from '../toll/reserve-request.ts'
import { servedFormat } from '../toll/served-format.ts'
import { chargeOn, endToll, type Toll, wholeReservation } from '../toll/toll.ts'
import { editCall } from '../wire/edit.ts'
import type { ClientFormat } from '../wire/format.ts'
import { formatAt } from '../wire/formats.ts'
import { presetAt } from '../wire/presets/table.ts'
import { parseCall } from '../wire/receive.ts'
import type { ReceivedCall } from '../wire/received-call.ts'
import type { Deployment } from '../wire/routes.ts'
import { chargeAnswer } from './answer.ts'
import { type Fetch, type Outgoing, outgoingOf } from './outgoing.ts'
import { openPassage } from './passage.ts'
import { isUnsent } from './unsent.ts'

export interface GovernedFetchOptions extends ReserveOptions {
  /** Who pays: what `identify` is given, or `principal.get(req)` in a handler. */
  readonly principal: Identity
  /** How calls are sent. */
  readonly fetch?: Fetch
  /** The provider's name, as prices of one's own name it (`provider/model`). */
  readonly provider?: string
  /** Where the provider has a budget of its own: its account, which each call is held on too. */
  readonly providerAccount?: Deployment['provider']['account']
  /**
   * Told what a call has cost, nano-USD, once that is known, whatever became of it: its answer may never come to say so.
   * Told again where a later truth corrects it.
   */
  readonly onCharged?: (costNanoUsd: NanoUsd) => void
}

/**
 * A `fetch` with a budget, for an SDK's client in a worker, a cron job or a handler: the most that a provider call can
 * cost is reserved before it is sent, the output cap that the grant pays for is put into it, and what it really cost is
 * in the books before its answer is handed over. Make one for each caller; all of one ledger share what is costly.
 *
 * A refusal is an answer in the provider's own shape, so that SDKs raise what they always raise: `budget_exceeded` and
 * `budget_reserved` (429), `price_unknown` and `invalid_request` (400), `ledger_unavailable` (503; fails closed, nothing
 * is sent). GET, HEAD, OPTIONS and DELETE pass untouched. What else is no POST to an endpoint that is metered has no price
 * here: it is refused as `price_unknown` where a hard budget in USD or tokens stands over the caller, and counts
 * as one request where none does.
 *
 * A stream is charged as it is read: read it to its end, or cancel it, since until then all that was reserved stays so.
 * What the process leaves behind when it dies is charged, unconfirmed, once `reservationTtlMs` have passed. On a route
 * with `budgetReserve` before it the same call would be charged twice: use one of the two.
 *
 * @throws RangeError at assembly when the principal names nobody.
 *
 * @example
 * const openai = new OpenAI({ fetch: governedFetch({ ledger, principal: { team: 'reports' } }) })
 */
export const governedFetch = ({
  principal: identity,
  fetch: send = globalThis.fetch,
  provider = 'openai',
  providerAccount,
  onCharged = () => {},
  ...options
}: GovernedFetchOptions): Fetch => {
  const principal = principalOf(identity)
  const terms: Terms = {
    policy: reservePolicy(options),
    principal,
    provider,
    providerAccount,
    send,
    onCharged,
  }

  return async function governedFetch(input, init) {
    const outgoing = outgoingOf(input, init)
    if (BUYS_NOTHING.has(outgoing.method)) return send(input, init)
    const id = requestId()
    const format = outgoing.method === 'POST' ? formatAt(outgoing.url.pathname) : undefined
    try {
      outgoing.signal?.throwIfAborted()
      if (format) return await sendPriced(terms, id, outgoing, format)
      await admitUnpriced(terms, id, outgoing)
    } catch (error) {
      if (TollgateError.is(error))
        return refusalAnswer(error as TollgateError, format?.dialect ?? 'openai', id)
      throw error
    }
    return send(input, init)
  }
}

/** Methods that read or remove, and generate nothing. */
const BUYS_NOTHING: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE'])

/** What all calls of one governed fetch have in common. */
interface Terms {
  readonly policy: ReservePolicy
  readonly principal: Principal
  readonly provider: string
  readonly providerAccount: Deployment['provider']['account'] | undefined
  readonly send: Fetch
  readonly onCharged: (costNanoUsd: NanoUsd) => void
}

/** Reserve for a call, send it with what enforcement needs, and charge its answer. */
async function sendPriced(
  terms: Terms,
  id: string,
  outgoing: Outgoing,
  format: ClientFormat,
): Promise<Response> {
  const { policy, send, onCharged } = terms
  const { pathname, search } = outgoing.url
  const { bytes, contentType } = await outgoing.body()
  const received = parseCall(bytes, pathname + search, format, contentType)!
  const deployment = deploymentOf(terms, outgoing.url, received)
  const toll = await reserve(terms, id, outgoing, { call: received, received, deployment })
  const tellCharge = () => onCharged(chargeOn(toll)?.nanoUsd ?? nanoUsd(0))
  // By its name, as in core/tap and for its reason.
  toll.onCharged = tellCharge
  await holdOrEnd(toll, deployment.provider, policy.clock)
  const edited = editCall(received, toll.cap === undefined ? {} : { maxOutputTokens: toll.cap }, {
    format: servedFormat(toll, received),
  })
  const passage = openPassage(toll, policy.clock)
  let answer: Response
  try {
    answer = await outgoing.send(send, { bytes: edited?.bytes ?? bytes, contentType })
  } catch (error) {
    if (isUnsent(error)) toll.sentAtMs = undefined
    await passage.end({ status: undefined, whole: false })
    throw error
  }
  const headers = reservedHeaders(toll, policy.exposeLimits)
  return chargeAnswer(answer, { passage, signal: outgoing.signal, headers })
}

/**
 * Nothing says what this call costs. The ledger is asked first, so that what is known of the caller's limits is what the
 * books have; it counts as one request, whatever becomes of it.
 */
async function admitUnpriced(terms: Terms, id: string, outgoing: Outgoing): Promise<void> {
  const { booth, observe } = terms.policy
  const toll = await reserve(terms, id, outgoing, { upTo: ONE_REQUEST })
  const { principal } = terms
  const { usd, tokens } = booth.ledger.smallestLimits(principal.org, accountPath(principal))
  if (observe || (usd ?? tokens) === undefined) return endToll(toll, wholeReservation(toll))
  await endToll(toll, 'nothing')
  throw new TollgateError('price_unknown', {
    message: `What ${outgoing.method} ${outgoing.url.pathname} costs is not known beforehand, and a budget stands over it. Send it without this budget, if it may go uncounted.`,
  })
}

const ONE_REQUEST: Amounts = { usd: nanoUsd(0), tokens: 0, requests: 1 }

/** Reserve, unless the caller has gone meanwhile. */
async function reserve(
  { policy, principal }: Terms,
  id: string,
  { signal }: Outgoing,
  purchase: Partial<Pick<ReserveRequest, 'call' | 'received' | 'deployment' | 'upTo'>>,
): Promise<Toll> {
  const request: ReserveRequest = {
    call: undefined,
    received: undefined,
    deployment: undefined,
    upTo: undefined,
    ...purchase,
    requestId: id,
    principal,
    gone: () => signal?.aborted === true,
  }
  let toll: Toll
  try {
    toll = await reserveToll(policy, request)
  } catch (refusal) {
    signal?.throwIfAborted()
    throw refusal
  }
  if (!signal?.aborted) return toll
  await endToll(toll, 'nothing')
  throw signal.reason
}

/** Where the call goes: its own URL says best whose prices it has. */
function deploymentOf(
  { provider: name, providerAccount: account }: Terms,
  url: URL,
  { format, model }: ReceivedCall,
): Deployment {
  const suffix = format.suffixes.find((ending) => url.pathname.endsWith(ending)) ?? ''
  const baseUrl = url.origin + url.pathname.slice(0, -suffix.length)
  const quirks = presetAt(baseUrl)?.quirks
  return {
    provider: {
      name,
      dialect: format.dialect,
      baseUrl,
      ...(quirks && { quirks }),
      ...(account && { account }),
    },
    model,
  }
}

function refusalAnswer(error: TollgateError, dialect: ClientDialect, id: string): Response {
  const { status, headers, body } = answerOf(error, errorBody(dialect, error, id))
  return new Response(body, { status, headers: { ...headers, 'x-request-id': id } })
}
