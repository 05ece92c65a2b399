import { TollgateError } from '../../core/errors.ts'
import type { HowToAsk } from '../../directory/how-to-ask.ts'
import { accountPath, type KeyScopes, type Principal } from '../../directory/principal.ts'
import { modelPattern } from '../../wire/model-pattern.ts'
import { TEXT } from './endpoint-class.ts'
import type { Gate, TierRefusal } from './tiers.ts'

/** Who is refused, and how it may ask. */
export interface Refused {
  readonly principal: Principal
  /** Empty where the caller has none. */
  readonly tier: string
  readonly howToAsk: HowToAsk
}

/** Why a model is not open to somebody: which tier has it, who gives that, and how to ask. */
export function closedModel(
  { principal, tier, howToAsk }: Refused,
  model: string,
  others: readonly Gate[],
): TollgateError<'model_not_allowed'> {
  const ask = howToAsk(askerIn(principal), { models: [model] })
  return new TollgateError('model_not_allowed', {
    param: 'model',
    message: `${lacking(tier, model, others)} ${ask}`,
  })
}

/** The same of an endpoint class, which comes with a tier only. */
export function closedEndpoint(
  { principal, tier, howToAsk }: Refused,
  endpoint: string,
  others: readonly Gate[],
): TollgateError<'endpoint_not_allowed'> {
  const what = endpoint === 'vision' ? 'pictures in a request' : `the ${endpoint} endpoints`
  const [first] = others
  const ask = first ? howToAsk(askerIn(principal), { tier: first.name }) : 'Ask your administrator.'
  return new TollgateError('endpoint_not_allowed', { message: `${lacking(tier, what, others)} ${ask}` })
}

/** What a key is confined to by itself: nobody can ask for more, since another key may have it. */
export function outOfScope(
  scopes: KeyScopes | undefined,
  classes: readonly string[],
  model: string | undefined,
): TierRefusal | undefined {
  const { endpoints, models } = scopes ?? {}
  const closed = endpoints && classes.find((name) => !endpoints.includes(name))
  if (closed !== undefined) {
    return new TollgateError('endpoint_not_allowed', {
      message: `This key is for ${endpoints!.join(', ')} only, and not for ${closed}. Use another key.`,
    })
  }
  if (!models) return undefined
  // What is passed through unread may use any model: only whoever names its class has meant it.
  const unread = model === undefined && !endpoints ? classes.find((name) => name !== TEXT) : undefined
  if (unread !== undefined) {
    return new TollgateError('endpoint_not_allowed', {
      message: `This key is for ${models.join(', ')} only, and what is asked of the ${unread} endpoints may use any model. Use another key.`,
    })
  }
  if (model === undefined || models.some((pattern) => modelPattern(pattern)(model))) return undefined
  return new TollgateError('model_not_allowed', {
    param: 'model',
    message: `This key is for ${models.join(', ')} only, and not for ${model}. Use another key.`,
  })
}

function lacking(tier: string, what: string, [first]: readonly Gate[]): string {
  const lacks =
    tier === ''
      ? `You have no tier, so ${what} is not open to you.`
      : `Tier ${tier} does not include ${what}.`
  if (!first) return `${lacks} No tier does.`
  const approval = first.approval === 'none' ? '' : ` (approval: ${first.approval})`
  return `${lacks} Tier ${first.name} does${approval}.`
}

/** For whom to ask: whatever is closest to it, whose team is known. */
function askerIn(principal: Principal): string {
  return accountPath(principal).at(-1)!
}
