import type { StoreConfig } from '../config/index.ts'
import { withTexts } from '../keep/kept-texts.ts'
import type { GrantEnd } from './alert.ts'

/**
 * Tell of the end of a grant once over all gateways that share the books: each of them comes to know of it, and the one
 * that first puts it down beside the books tells. What is put down stays, as the grants themselves do.
 *
 * @param tell it is lost when this process dies before it is told, as all alerts are.
 */
export function grantEndsOnce(
  config: Pick<StoreConfig, 'store' | 'org'>,
  tell: (end: GrantEnd) => void,
): (end: GrantEnd) => Promise<void> {
  return async (end) => {
    const { id, state, grant } = end
    const until = new Date(grant.untilMs).toISOString()
    const name = `${id} ${state}`
    if (await withTexts(config, (texts) => texts.replace('grant_end', name, until, undefined))) tell(end)
  }
}
