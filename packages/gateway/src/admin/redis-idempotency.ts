import { redisCommands } from '@tollgate/kit/ledger/redis'
import type { RedisStore } from '../config/index.ts'
import {
  type IdempotencyMemory,
  REMEMBERED_MS,
  type Remembered,
  RUNNING_MS,
  repeated,
} from './idempotency.ts'

/** The same for a fleet: a repetition may come to another of its gateways. */
export function redisIdempotency(
  { target, prefix }: Pick<RedisStore, 'target' | 'prefix'>,
  org: string,
): IdempotencyMemory & { close(): Promise<void> } {
  const { call, close } = redisCommands(target)
  const keyOf = (name: string) => `${prefix}:idempotency:${org}:${name}`
  return {
    async begin(name, fingerprint) {
      const running: Remembered = { fingerprint, answer: null }
      // One step: of two that come at once, one is the first.
      const before = await call('SET', keyOf(name), JSON.stringify(running), 'NX', 'GET', 'PX', RUNNING_MS)
      return typeof before === 'string' ? repeated(JSON.parse(before), fingerprint) : undefined
    },
    async finish(name, fingerprint, answer) {
      await call('SET', keyOf(name), JSON.stringify({ fingerprint, answer }), 'PX', REMEMBERED_MS)
    },
    async forget(name) {
      await call('DEL', keyOf(name))
    },
    close,
  }
}
