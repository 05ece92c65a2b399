import { redisCommands } from '@tollgate/kit/ledger/redis'
import type { RedisStore } from '../config/index.ts'
import type { KeptTexts, TextKind } from './texts.ts'

/** What a server may take to answer, ms: nobody else waits for it. */
const DEADLINE_MS = 5000

/** Read and write are one step, so that of two who change the same text one is told. */
const REPLACE = `
local held = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if held ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`

/** Texts in a hash for each kind, on the Redis of the books. */
export function redisTexts(
  { target, prefix }: Pick<RedisStore, 'target' | 'prefix'>,
  org: string,
): KeptTexts {
  const { call, close } = redisCommands(target, { deadlineMs: DEADLINE_MS })
  // Notes about the books stand in the slot of the books: a replica that has lost some of the books' changes must not
  // come with a note which says that they were made.
  const placeOf = (kind: TextKind) => (kind === 'provisioned' ? `{${tagOf(org)}}` : org)
  const keyOf = (kind: TextKind) => `${prefix}:kept:${kind}:${placeOf(kind)}`

  return {
    async list(kind) {
      const flat = (await call('HGETALL', keyOf(kind))) as readonly string[]
      const entries = Array.from({ length: flat.length / 2 }, (_, at) => flat.slice(2 * at, 2 * at + 2))
      return new Map((entries as [string, string][]).sort(([a], [b]) => (a < b ? -1 : 1)))
    },
    // No kept text is empty: the empty one stands for none.
    replace: async (kind, name, text, before = '') =>
      Number(await call('EVAL', REPLACE, 1, keyOf(kind), name, text, before)) === 1,
    remove: async (kind, name) => Number(await call('HDEL', keyOf(kind), name)) === 1,
    close,
  }
}

/** As the keys of the books have it. */
const tagOf = (org: string): string => org.replace(/[%{}]/g, encodeURIComponent)
