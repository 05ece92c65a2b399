import { extend } from '../../../packages/kit/src/ledger/redis/scripts/extend.ts'
import { heartbeat } from '../../../packages/kit/src/ledger/redis/scripts/heartbeat.ts'
import { reassert } from '../../../packages/kit/src/ledger/redis/scripts/reassert.ts'
import { type ReserveArguments, reserve } from '../../../packages/kit/src/ledger/redis/scripts/reserve.ts'
import { rulesOf, TTL_MS } from './words.ts'
import type { LuaWorld } from './world.ts'

/** The commands that open a reservation and keep it open, with all that a test does not care about filled in. */
export function openingCommands({ keys, clock, accounts, run, described, accountKeys }: LuaWorld) {
  return {
    reserve(
      id: string,
      path: readonly string[],
      min: string,
      want = min,
      more: Partial<ReserveArguments> = {},
    ) {
      const { shapes, windows } = described(path)
      const described5 = path.map((name, at) => ({
        name,
        v: rulesOf(accounts.get(name) ?? []).v,
        shape: shapes[at]!,
        rules: '',
        limits: '',
      }))
      return run(
        reserve,
        {
          reservation: keys.reservation(id),
          deadlines: keys.deadlines,
          meta: keys.meta,
          known: keys.known,
          accounts: accountKeys(path),
        },
        {
          now: clock.nowMs,
          clock: clock.nowMs,
          qSeen: 0,
          qSafe: 0,
          id,
          ttl: TTL_MS,
          min,
          want,
          bound: 'proven',
          observe: '0',
          fingerprint: `${path} ${min} ${want}`,
          owner: 'instance/boot',
          path: JSON.stringify(path),
          memo: '{"model":"m"}',
          label: 'team:a,m',
          revision: 0,
          maxAuto: 3,
          accounts: described5,
          windows,
          ...more,
        },
      )
    },
    extend(id: string, path: readonly string[], want: string, more: object = {}) {
      return run(
        extend,
        {
          reservation: keys.reservation(id),
          deadlines: keys.deadlines,
          unconfirmed: keys.unconfirmed,
          meta: keys.meta,
          accounts: accountKeys(path),
        },
        {
          now: clock.nowMs,
          qSeen: 0,
          qSafe: 0,
          id,
          path: JSON.stringify(path),
          ttl: TTL_MS,
          min: want,
          want,
          consumed: '0 0 0',
          observed: '0 0 0',
          ...more,
        },
      )
    },
    heartbeat(beats: readonly { id: string; observed: string }[], more: object = {}) {
      return run(
        heartbeat,
        {
          deadlines: keys.deadlines,
          meta: keys.meta,
          reservations: beats.map(({ id }) => keys.reservation(id)),
        },
        { now: clock.nowMs, qSeen: 0, ttl: TTL_MS, beats, ...more },
      )
    },
    reassert(id: string, path: readonly string[], held: string, more: object = {}) {
      const { shapes, windows } = described(path)
      const own = windows.map((pair) => pair.split(' ').slice(0, 3).join(' ')).join(';')
      return run(
        reassert,
        {
          reservation: keys.reservation(id),
          deadlines: keys.deadlines,
          unconfirmed: keys.unconfirmed,
          meta: keys.meta,
          accounts: accountKeys(path),
        },
        {
          now: clock.nowMs,
          id,
          path: JSON.stringify(path),
          ttl: TTL_MS,
          held,
          consumed: '0 0 0',
          observed: '0 0 0',
          shapes: shapes.join(' '),
          lives: '',
          windows: own,
          bound: 'proven',
          observe: '0',
          fingerprint: 'f',
          owner: 'instance/boot',
          memo: '{}',
          label: 'team:a,m',
          reservedAt: clock.nowMs,
          age: 0,
          ...more,
        },
      )
    },
  }
}
