import { examineRedis, probeRedis, redisAcl, redisLedger } from '@tollgate/kit/ledger/redis'
import type { RedisStore, StoreConfig } from '../config/index.ts'
import { type Finding, isRefusal } from './finding.ts'

/** What a gateway looks at when it starts: the servers, as they are now. */
export async function serverFindings(
  { durability }: Pick<StoreConfig, 'durability'>,
  { target, prefix }: RedisStore,
): Promise<readonly Finding[]> {
  const findings = await examineRedis(target, { prefix, durability })
  const several = new Set(findings.map(({ server }) => server)).size > 1
  return findings.map(({ server, check, level, text }) => ({
    ...{ check, level },
    text: several ? `${server}: ${text}` : text,
  }))
}

/** Findings of a server on which no script would say anything of use. */
const BEYOND_SCRIPTS: readonly string[] = ['version', 'role']

/** Everything there is to be found: the servers, every script, and the books. */
export async function redisFindings(config: StoreConfig, store: RedisStore): Promise<readonly Finding[]> {
  const servers = await serverFindings(config, store)
  if (servers.some((finding) => isRefusal(finding) && BEYOND_SCRIPTS.includes(finding.check))) return servers
  const { target, prefix } = store
  const scripts = await probeRedis(target, { prefix })
  const ran: Finding = { check: 'scripts', level: 'note', text: 'Every script of the ledger runs.' }
  return [...servers, ...(scripts.length > 0 ? scripts : [ran, await booksFinding(config, store)])]
}

async function booksFinding({ org }: StoreConfig, { target, prefix }: RedisStore): Promise<Finding> {
  const ledger = redisLedger(target, { prefix, deadlineMs: 5000 })
  try {
    await ledger.read(org, [`org:${org}`])
    return { check: 'books', level: 'note', text: `The books of ${org} are open.` }
  } catch (error) {
    return { check: 'books', level: 'refuse', text: `${capital((error as Error).message)}.` }
  } finally {
    await ledger.close()
  }
}

/** The command that makes a Redis user who may do what the ledger does, and nothing else. */
export function aclCommand({ prefix }: RedisStore): string {
  return `ACL SETUSER tollgate >PASSWORD ${redisAcl(prefix)}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
