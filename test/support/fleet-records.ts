import type { RedisServer } from './redis.ts'

/** A reservation as it lies in Redis, read with no code of the ledger's in between; amounts in nano-USD. */
export interface StoredReservation {
  readonly state: string
  readonly reserved: number
  /** What the last heartbeat had seen. */
  readonly observed: number
}

const READ = `
local found = {}
for _, key in ipairs(redis.call('KEYS', 'tg:1:{acme}:res:*')) do
  found[#found + 1] = redis.call('HMGET', key, 'st', 'a', 'o')
end
return found`

export async function storedReservations(server: RedisServer): Promise<StoredReservation[]> {
  const found = (await server.call('eval', READ, 0)) as (string | null)[][]
  const usd = (amounts: string | null | undefined) => Number(amounts?.split(' ')[0] ?? 0)
  return found.map(([state, reserved, observed]) => ({
    state: String(state),
    reserved: usd(reserved),
    observed: usd(observed),
  }))
}
