import { isNoConnection, redisCommands } from '@tollgate/kit/ledger/redis'
import { probeClosureSet } from '@tollgate/kit/stages/provider-failover'
import type { RedisStore } from '../config/index.ts'
import type { Finding } from './finding.ts'

/** Whether gateways may tell each other which deployments are shut. It loses nobody a cent: each then finds out by itself. */
export async function closuresFindings(
  { target, prefix }: RedisStore,
  deadlineMs: number,
): Promise<Finding[]> {
  const { call, close } = redisCommands(target, { deadlineMs })
  try {
    await probeClosureSet(call, `${prefix}:closures-probe`)
    return []
  } catch (error) {
    if (isNoConnection(error)) throw error
    const text = `Gateways cannot tell each other which deployments are shut here, and each finds out by itself: ${(error as Error).message}. Give the user what the line below allows.`
    return [{ check: 'closures', level: 'warn', text }]
  } finally {
    await close()
  }
}
