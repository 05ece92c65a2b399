import type { StoreConfig } from '../config/index.ts'
import { withTexts } from '../keep/kept-texts.ts'
import type { GrantEnd } from './alert.ts'

/**
 * Tells of the ends of grants once over all gateways that share the books: each of them comes to know of an end, and whoever
 * first puts it down beside the books tells. What is put down stays, as the grants themselves do.
 *
 * @param tell what is put down is lost when this process dies within it, as alerts are that wait.
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
