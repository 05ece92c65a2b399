import { nanoToUsd } from '@tollgate/kit/core'
import type { HowToAsk } from '@tollgate/kit/directory'

/**
 * The call that asks for what was refused: whoever reads a refusal has a key, and reaches the gateway rather than its books. What
 * stands there can be posted as it is.
 */
export const howToAsk: HowToAsk = (account, { models, tier, raise }) => {
  const body = {
    account,
    models,
    tier,
    raise: raise && { usd: nanoToUsd(raise.nanoUsd).replace(/\.?0+$/, ''), budget: raise.budget },
    reason: 'why',
    lasts: '7d',
  }
  return `Ask for ${raise ? 'more' : 'it'}: POST /tollgate/access ${JSON.stringify(body)}.`
}
