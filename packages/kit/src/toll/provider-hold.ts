import type { Clock } from '../core/clock.ts'
import { TollgateError } from '../core/errors.ts'
import { uuidv7 } from '../core/ids.ts'
import type { Amounts, Shortfall } from '../ledger/ledger.ts'
import { noAccountText } from '../ledger/no-account.ts'
import { worstAmounts } from '../meter/bounds.ts'
import type { Provider } from '../wire/routes.ts'
import { amountsOf, type Charge } from './charge.ts'
import { atLeastOne, endHold } from './hold.ts'
import { minus, NO_AMOUNTS } from './share.ts'
import { endToll, type Toll } from './toll.ts'
import { unreachable } from './unreachable.ts'

/** Whoever is about to be called, with the account of its own budget where it has one. */
type ProviderToHold = { readonly name: string; readonly account?: Provider['account'] | undefined }

/**
 * Hold the worst case of an attempt on its provider's account before it is sent: all of it or none, since no answer is
 * shortened for it. Nothing is held where the provider has no budget. Returns the refusal when it does not fit, or when
 * its cost cannot be known.
 *
 * @throws TollgateError `ledger_unavailable` when the books do not answer, or have no such account.
 */
export async function holdAtProvider(
  toll: Toll,
  provider: ProviderToHold,
  nowMs: number,
): Promise<TollgateError | undefined> {
  const { account } = provider
  if (account === undefined) return undefined
  const { booth, principal, requestId, demand, ttlMs } = toll
  const { org, tags } = principal
  const before = toll.lostAttempts ? amountsOf(toll.lostAttempts) : NO_AMOUNTS
  const id = uuidv7(nowMs)
  const most = mostOf(toll, before)
  const result = await booth.ledger
    .reserve({
      org,
      id,
      path: [account],
      min: most,
      want: most,
      bound: demand?.bounds.bound ?? 'soft',
      ttlMs,
      owner: booth.keeper.owner,
      observe: toll.observing,
      memo: {
        requestId,
        model: demand?.deployment.model ?? '',
        priceVersion: demand?.price.version ?? '',
        ...(tags ? { tags } : {}),
      },
    })
    .catch((cause: unknown) => {
      // Its release beats it, should it still arrive.
      booth.ledger.release(org, id).catch(() => {})
      throw unreachable(cause)
    })
  if (result.status === 'denied') return spent(provider, result.shortfall, nowMs)
  if (result.status !== 'ok') {
    const internal = result.status === 'no_account' ? noAccountText({ org, ...result }) : result.status
    throw new TollgateError('ledger_unavailable', { internal, retryAfterMs: 1000 })
  }
  toll.hold = { id, account, before }
  booth.keeper.track(org, id, async () => atLeastOne(minus(await toll.observe(), before)), ttlMs)
  return undefined
}

/**
 * The same where no other deployment can be asked: the toll ends with the refusal.
 *
 * @throws TollgateError `provider_unavailable` when it does not fit.
 */
export async function holdOrEnd(toll: Toll, provider: ProviderToHold, clock: Clock): Promise<void> {
  const refusal = await holdAtProvider(toll, provider, clock.now())
  if (!refusal) return
  await endToll(toll, 'nothing')
  throw refusal
}

/** What an attempt may cost here. Where the caller's own reservation grows with the answer: all that it may grow to. */
function mostOf({ demand, granted, cap }: Toll, before: Amounts): Amounts {
  const rest = atLeastOne(minus(granted, before))
  if (!demand?.bounds.grows) return rest
  const { unit, inputTokens, outputTokens, choices } = demand.bounds
  const worst = worstAmounts(unit, inputTokens, Math.min(outputTokens, cap ?? outputTokens) * choices)
  return worst ? atLeastOne(worst) : rest
}

/** The attempt is over and was not the answer: its provider is charged what it may have generated, and otherwise nothing. */
export function leaveProvider(toll: Toll, lost?: Charge): void {
  const { hold } = toll
  toll.hold = undefined
  if (hold) void endHold(toll, hold, lost ?? 'nothing')
}

/** When running calls may have given something back. */
const SETTLED_SOON_MS = 1000

function spent(
  { name }: ProviderToHold,
  { reason, resetAtMs, account, budget }: Shortfall,
  nowMs: number,
): TollgateError {
  const again = reason === 'reserved' ? nowMs + SETTLED_SOON_MS : resetAtMs
  return new TollgateError('provider_unavailable', {
    message: `What may be spent at ${name} from here is spent or reserved. Try again later, or ask your administrator.`,
    internal: `${account} has no more in ${budget}`,
    ...(again === null
      ? { headers: { 'x-should-retry': 'false' } }
      : { retryAfterMs: Math.max(0, again - nowMs) }),
  })
}
