import type { UnbookedList } from '@tollgate/kit/ledger'
import { type RedisSpend, redisSpend, redisUnbooked } from '@tollgate/kit/ledger/redis'
import type { RedisStore } from '../config/index.ts'

/** Something on a connection of its own that is made when somebody first asks for it: most gateways are never asked. */
function lazily<T extends { close(): Promise<void> }>(open: () => T) {
  let opened: T | undefined
  return {
    get() {
      opened ??= open()
      return opened
    },
    async close() {
      await opened?.close()
      opened = undefined
    },
  }
}

/** The daily roll-ups. */
export function lazyRollups({ target, prefix }: RedisStore): RedisSpend {
  const { get, close } = lazily(() => redisSpend(target, { prefix }))
  return { daily: (org, sinceMs) => get().daily(org, sinceMs), close }
}

/** What the books could charge to nobody. */
export function lazyUnbooked({ target, prefix }: RedisStore): UnbookedList {
  const { get, close } = lazily(() => redisUnbooked(target, { prefix }))
  return { list: (org) => get().list(org), drop: (org, id) => get().drop(org, id), close }
}
