import { CACHE_COMMANDS } from '@tollgate/kit/cache/redis'
import { VECTOR_COMMANDS } from '@tollgate/kit/cache/vectors/redis'
import { DIRECTORY_COMMANDS } from '@tollgate/kit/directory/redis'
import {
  examineRedis,
  isNoConnection,
  lookAtRedisBooks,
  probeRedis,
  redisAcl,
  redisLedger,
  redisPresence,
  redisUnbooked,
} from '@tollgate/kit/ledger/redis'
import { LIMIT_COMMANDS } from '@tollgate/kit/limits/redis'
import { OWNER_COMMANDS } from '@tollgate/kit/owners/redis'
import { CLOSURE_COMMANDS } from '@tollgate/kit/stages/provider-failover'
import type { RedisStore, StoreConfig } from '../config/index.ts'
import { accountFindings, type WantedBudgets } from './account-findings.ts'
import { closuresFindings } from './closures-finding.ts'
import { directoryFindings } from './directory-finding.ts'
import { type Finding, isRefusal } from './finding.ts'
import { limitsFindings } from './limits-finding.ts'
import { unbookedFindings } from './unbooked-finding.ts'

/** What a gateway looks at when it starts: the servers, as they are now. */
export async function serverFindings(
  { durability }: Pick<StoreConfig, 'durability'>,
  { target, prefix }: RedisStore,
): Promise<readonly Finding[]> {
  const findings = await examineRedis(target, { prefix, durability })
  const several = new Set(findings.map(({ server }) => server)).size > 1
  return findings.map(({ server, check, level, text }) => ({
    check,
    level,
    text: several ? `${server}: ${text}` : text,
  }))
}

/** What an operator waits for an answer, ms. */
const DEADLINE_MS = 5000

/** Findings of a server on which no script would say anything of use. */
const BEYOND_SCRIPTS: readonly string[] = ['version', 'role']

/** Everything there is to be found: the servers, every script, and the books. */
export async function redisFindings(
  config: StoreConfig,
  store: RedisStore,
  wanted: WantedBudgets,
): Promise<readonly Finding[]> {
  try {
    return await everythingFound(config, store, wanted)
  } catch (error) {
    // Found as well: the user that the config names may be the one that is still to be made.
    if (isNoConnection(error))
      return [{ check: 'connection', level: 'refuse', text: sentence(error.message) }]
    throw error
  }
}

async function everythingFound(
  config: StoreConfig,
  store: RedisStore,
  wanted: WantedBudgets,
): Promise<readonly Finding[]> {
  const servers = await serverFindings(config, store)
  if (servers.some((finding) => isRefusal(finding) && BEYOND_SCRIPTS.includes(finding.check))) return servers
  const { target, prefix } = store
  const scripts = await probeRedis(target, { prefix })
  if (scripts.length > 0) return [...servers, ...scripts]
  const ran: Finding = { check: 'scripts', level: 'note', text: 'Every script of the ledger runs.' }
  const directory = await directoryFindings(store, DEADLINE_MS)
  const limits = await limitsFindings(store, DEADLINE_MS)
  const closures = await closuresFindings(store, DEADLINE_MS)
  const books = await booksFindings(config, store, wanted)
  return [...servers, ran, ...books, ...directory, ...limits, ...closures]
}

async function booksFindings(
  config: StoreConfig,
  store: RedisStore,
  wanted: WantedBudgets,
): Promise<readonly Finding[]> {
  const { org } = config
  const { target, prefix } = store
  const unbooked = redisUnbooked(target, { prefix })
  try {
    const { moved, sequence, lost } = await lookAtRedisBooks(target, { org, prefix })
    return [
      moved ? movedBooks(org) : openBooks(org, sequence),
      ...(await accountsIn(config, store, wanted)),
      ...lostReservations(lost),
      ...(await unbookedFindings(unbooked, org)),
    ]
  } catch (error) {
    return [{ check: 'books', level: 'refuse', text: sentence((error as Error).message) }]
  } finally {
    await unbooked.close()
  }
}

async function accountsIn(
  { org, timeZone }: StoreConfig,
  { target, prefix }: RedisStore,
  wanted: WantedBudgets,
): Promise<readonly Finding[]> {
  const accounts = [...wanted.keys()]
  const look = redisPresence(target, { prefix })
  const ledger = redisLedger(target, { timeZone, prefix, deadlineMs: DEADLINE_MS })
  try {
    const { missing } = await look.of(org, accounts)
    return accountFindings({ wanted, missing, states: await ledger.read(org, accounts) })
  } finally {
    await Promise.all([look.close(), ledger.close()])
  }
}

function openBooks(org: string, sequence: number): Finding {
  return {
    check: 'books',
    level: 'note',
    text: `The books of ${org} are open, and have come to ${sequence}.`,
  }
}

/** What a restart, a fail-over or a restored backup has forgotten, only the gateways know. */
function movedBooks(org: string): Finding {
  return {
    check: 'books',
    level: 'warn',
    text: `The books of ${org} are on another server than they were last changed on, or on another run of it, and no gateway has taken them up. The next request does, and what the gateways remember is told again. Where they refuse, more is lost than that, and what was spent in between is forgotten: restore a later copy, or take the books as they are with \`tollgate ledger recover --org ${org}\`.`,
  }
}

/** Nothing of ours deletes a reservation that is open, and none has a TTL. */
function lostReservations(count: number): Finding[] {
  if (count === 0) return []
  const were = count === 1 ? '1 reservation was' : `${count} reservations were`
  const text = `${were} thrown away while open, by an eviction or by hand. What was held stays reserved, in each budget until its window ends; nobody can tell any more what it was. Set maxmemory-policy noeviction, and raise a budget of all time that is short by it.`
  return [{ check: 'reservations', level: 'warn', text }]
}

/** The command that makes a Redis user who may do what a gateway does, and nothing else. */
export function aclCommand({ prefix }: RedisStore): string {
  const also = [
    ...[...LIMIT_COMMANDS, ...DIRECTORY_COMMANDS, ...OWNER_COMMANDS, ...CLOSURE_COMMANDS],
    ...[...CACHE_COMMANDS, ...VECTOR_COMMANDS],
  ]
  return `ACL SETUSER tollgate >PASSWORD ${redisAcl(prefix, { also })}`
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`
}
