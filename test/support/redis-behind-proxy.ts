import type { Ledger } from '@tollgate/kit/ledger'
import type { RedisLedgerOptions } from '@tollgate/kit/ledger/redis'
import { closeAfter } from './close-after.ts'
import { type FaultProxy, faultProxy, type RedisServer } from './redis.ts'
import { openBooks } from './redis-books.ts'

/** A ledger, with what can misbehave between it and its server; all of it is closed after the test. */
export async function behindProxy(
  server: RedisServer,
  options: RedisLedgerOptions = {},
): Promise<{ ledger: Ledger; proxy: FaultProxy; server: RedisServer }> {
  closeAfter(() => server.stop())
  const proxy = await faultProxy(server)
  closeAfter(() => proxy.close())
  const ledger = await openBooks(proxy.url, options)
  closeAfter(() => ledger.close())
  return { ledger, proxy, server }
}

/** A clock that only the test moves. */
export function handClock(): { nowMs: number; now(): number } {
  const clock = { nowMs: Date.UTC(2026, 10, 18, 12), now: () => clock.nowMs }
  return clock
}
