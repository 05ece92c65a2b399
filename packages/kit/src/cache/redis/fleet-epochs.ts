import { uuidv7 } from '../../core/ids.ts'
import type { Asking } from '../../ledger/redis/asking.ts'
import type { Invalidation } from '../cache-store.ts'
import type { CachePlace } from '../entry.ts'
import { EVERYTHING, epochOf, epochsOf, stampOf } from '../epochs.ts'

/** The epochs of a fleet. */
export interface FleetEpochs {
  stampOf(place: CachePlace): Promise<string>
  move(what: Invalidation): Promise<void>
}

export function fleetEpochs({ call }: Pick<Asking, 'call'>, key: string): FleetEpochs {
  const read = async (place: CachePlace): Promise<(string | null)[]> =>
    (await call('HMGET', key, ...epochsOf(place))) as (string | null)[]
  return {
    async stampOf(place) {
      const epochs = await read(place)
      if (epochs[0] !== null) return stampOf(epochs.map((epoch) => epoch ?? undefined))
      // Epochs that are lost must not come back as they were before they had ever moved: what was forgotten then would.
      await call('HSETNX', key, EVERYTHING, uuidv7())
      return stampOf((await read(place)).map((epoch) => epoch ?? undefined))
    },
    async move(what) {
      await call('HSET', key, epochOf(what), uuidv7())
    },
  }
}
