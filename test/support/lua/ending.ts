import { expire } from '../../../packages/kit/src/ledger/redis/scripts/expire.ts'
import { release } from '../../../packages/kit/src/ledger/redis/scripts/release.ts'
import { settle } from '../../../packages/kit/src/ledger/redis/scripts/settle.ts'
import { settleExpired } from '../../../packages/kit/src/ledger/redis/scripts/settle-expired.ts'
import type { LuaWorld } from './world.ts'

/** The commands that end a reservation, likewise. */
export function endingCommands({ keys, clock, run, accountKeys }: LuaWorld) {
  const rollup = () => keys.rollup(clock.nowMs)
  return {
    settle(id: string, path: readonly string[], actual: string, basis = 'exact', more: object = {}) {
      return run(
        settle,
        {
          reservation: keys.reservation(id),
          deadlines: keys.deadlines,
          unconfirmed: keys.unconfirmed,
          meta: keys.meta,
          rollup: rollup(),
          unbooked: keys.unbooked,
          accounts: accountKeys(path),
        },
        {
          now: clock.nowMs,
          qSeen: 0,
          id,
          path: path.length === 0 ? '' : JSON.stringify(path),
          actual,
          basis,
          age: 0,
          ttl: '',
          held: '',
          shapes: '',
          lives: '',
          windows: '',
          label: '',
          alertAt: '',
          ...more,
        },
      )
    },
    release(id: string, path: readonly string[], more: object = {}) {
      return run(
        release,
        {
          reservation: keys.reservation(id),
          deadlines: keys.deadlines,
          unconfirmed: keys.unconfirmed,
          meta: keys.meta,
          rollup: rollup(),
          accounts: accountKeys(path),
        },
        { now: clock.nowMs, qSeen: 0, id, path: path.length === 0 ? '' : JSON.stringify(path), ...more },
      )
    },
    expire(id: string, path: readonly string[], more: object = {}) {
      return run(
        expire,
        {
          reservation: keys.reservation(id),
          deadlines: keys.deadlines,
          unconfirmed: keys.unconfirmed,
          meta: keys.meta,
          rollup: rollup(),
          accounts: accountKeys(path),
        },
        { now: clock.nowMs, qSeen: 0, id, path: JSON.stringify(path), ...more },
      )
    },
    settleExpired(id: string, path: readonly string[], to: 'observed' | 'zero' | 'reserved') {
      return run(
        settleExpired,
        {
          reservation: keys.reservation(id),
          unconfirmed: keys.unconfirmed,
          meta: keys.meta,
          rollup: rollup(),
          accounts: accountKeys(path),
        },
        { now: clock.nowMs, id, path: JSON.stringify(path), to },
      )
    },
  }
}
