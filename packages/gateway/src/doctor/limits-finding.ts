import { isNoConnection } from '@tollgate/kit/ledger/redis'
import { probeRedisLimits } from '@tollgate/kit/limits/redis'
import type { RedisStore } from '../config/index.ts'
import type { Finding } from './finding.ts'

/**
 * Whether limits may be counted here. It loses nobody a cent, since the books refuse whoever may not spend; a fleet of N lets
 * N times as much pass.
 */
export async function limitsFindings({ target, prefix }: RedisStore, deadlineMs: number): Promise<Finding[]> {
  try {
    await probeRedisLimits(target, { prefix, deadlineMs })
    return []
  } catch (error) {
    if (isNoConnection(error)) throw error
    return [{ check: 'limits', level: 'warn', text: notCounted(error) }]
  }
}

function notCounted(error: unknown): string {
  const why = (error as Error).message.replace(/\.+$/, '')
  return `Limits of requests, tokens and slots cannot be counted here, so each gateway counts by itself, and a fleet of N lets N times as much pass: ${why}. Give the user what the line allows that \`tollgate doctor\` prints.`
}
