import type { RedisStore, StoreConfig } from '../config/index.ts'
import { isRefusal } from './finding.ts'
import { limitsFindings } from './limits-finding.ts'
import { aclCommand, serverFindings } from './redis-findings.ts'

/** What a start waits for an answer, ms. */
const DEADLINE_MS = 5000

/**
 * Look at the servers before books are opened or used there: what an operator should know, a sentence each.
 *
 * @throws Error with what must be changed first.
 */
export async function startWarnings(
  config: Pick<StoreConfig, 'durability'>,
  store: RedisStore,
): Promise<readonly string[]> {
  const findings = await serverFindings(config, store)
  const refusals = findings.filter(isRefusal)
  if (refusals.length === 0) {
    const limits = (await limitsFindings(store, DEADLINE_MS)).map(
      ({ text }) => `${text} It is: ${aclCommand(store)}`,
    )
    return [...findings.map(({ text }) => text), ...limits].map((text) => `${store.shown}: ${text}`)
  }
  const texts = refusals.map(({ text }) => text).join(' ')
  throw new Error(`books must not be kept at ${store.shown} as it is. ${texts} tollgate doctor says more`)
}
