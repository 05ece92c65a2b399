import { type RedisSpend, redisSpend } from '@tollgate/kit/ledger/redis'
import type { RedisStore } from '../config/index.ts'

/** The daily roll-ups, on a connection that is made when somebody first asks for them: most gateways are never asked. */
export function lazyRollups({ target, prefix }: RedisStore): RedisSpend {
  let opened: RedisSpend | undefined
  const open = () => {
    opened ??= redisSpend(target, { prefix })
    return opened
  }
  return {
    daily: (org, sinceMs) => open().daily(org, sinceMs),
    async close() {
      await opened?.close()
    },
  }
}
