import { probeRedisDirectory } from '@tollgate/kit/directory/redis'
import { isNoConnection, redisCommands } from '@tollgate/kit/ledger/redis'
import type { RedisStore } from '../config/index.ts'
import type { Finding } from './finding.ts'

/** Whether keys, teams and tiers can be kept here: a gateway whose user may not ask for them lets nobody in. */
export async function directoryFindings(
  { target, prefix }: RedisStore,
  deadlineMs: number,
): Promise<Finding[]> {
  const { call, close } = redisCommands(target, { deadlineMs })
  try {
    await probeRedisDirectory(call, `${prefix}:directory-probe`)
    return []
  } catch (error) {
    if (isNoConnection(error)) throw error
    const text = `Keys and teams cannot be kept here: ${(error as Error).message}. Give the user what the line below allows.`
    return [{ check: 'directory', level: 'refuse', text }]
  } finally {
    await close()
  }
}
