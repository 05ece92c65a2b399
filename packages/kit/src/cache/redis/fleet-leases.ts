import { uuidv7 } from '../../core/ids.ts'
import type { Timers } from '../../core/timers.ts'
import type { Asking } from '../../ledger/redis/asking.ts'
import type { Leases } from '../cache-store.ts'
import type { CacheKeys } from './keys.ts'
import { renew } from './scripts/renew.ts'

/** How long a lease outlives its last renewal, ms. */
const LEASE_MS = 30_000
const RENEW_EVERY_MS = 10_000

/** Who of a fleet asks the provider: whoever sets the key first, for as long as it lives. */
export function fleetLeases({ ask, call }: Asking, keys: CacheKeys, timers: Timers): Leases {
  return {
    async take(id) {
      const lease = keys.lease(id)
      const token = uuidv7()
      const set = await call('SET', lease, token, 'NX', 'PX', LEASE_MS)
      if (set === null) return undefined
      const hold = (ttl: number) => ask(renew, { lease }, { token, ttl })
      let waiting: unknown
      const renewLater = () => {
        waiting = timers.setTimeout(() => {
          // One that is lost, or cannot be renewed, lets others ask as well.
          hold(LEASE_MS).then(
            ([status]) => status === 'held' && waiting !== undefined && renewLater(),
            () => {},
          )
        }, RENEW_EVERY_MS)
      }
      renewLater()
      return {
        async release() {
          timers.clearTimeout(waiting)
          waiting = undefined
          await hold(0)
        },
      }
    },
  }
}
