import { ledgerKeys } from '../../ledger/redis/keys.ts'
import { digestOf } from '../digest.ts'

/** What the keys and what is in them mean: another meaning is another number. */
const LAYOUT = 1

/**
 * The key of each thing: a string, in a slot of its own.
 *
 * @param prefix stands before every key, as before those of the ledger.
 * @throws RangeError when it has a brace or a space.
 */
export function ownerKeys(prefix: string): (provider: string, id: string) => string {
  ledgerKeys(prefix)
  return (provider, id) => `${prefix}:owners:${LAYOUT}:${digestOf(provider, id)}`
}
