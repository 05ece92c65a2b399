import { showUsd } from '../../core/money.ts'
import { TOMBSTONE_MS } from '../lives.ts'
import type { ServerFacts } from './server-facts.ts'

export interface Finding {
  /** Its name, for a config that accepts it. */
  readonly check: string
  /** `refuse`: books must not be kept like this. `warn`: they can be, at a risk. `ask`: the server does not say. */
  readonly level: 'refuse' | 'warn' | 'ask'
  /** What is the case, what it exposes, in dollars where it is money, and what to change. */
  readonly text: string
}

export interface CheckOptions {
  /** What was charged today, UTC, in nano-USD: what may be spent again if the books lose it. */
  readonly nanoUsdToday: number
  /** What is charged in a second, on average, in nano-USD: what a lost second of the books is worth. */
  readonly nanoUsdPerSecond: number
}

type Check = (facts: ServerFacts, options: CheckOptions) => readonly Omit<Finding, 'check'>[]

/** A fail-over takes about so long until the old master stops taking writes, if nothing makes it stop, seconds. */
const SPLIT_BRAIN_SECONDS = 30
/** A replica that was away for less than this should find what it missed in the backlog, seconds. */
const BACKLOG_SECONDS = 60
const MAX_CLOCK_DIFFERENCE_MS = 5000
/** Without appendfsync the system writes what it holds about so often, seconds. */
const UNWRITTEN_SECONDS = 30
/** A closed reservation is kept at least so long, to know a repeated settle by, seconds. */
const TOMBSTONE_SECONDS = TOMBSTONE_MS / 1000

const CHECKS: Readonly<Record<string, Check>> = {
  version: ({ version }) =>
    refuseIf(
      Number.parseInt(version, 10) < 7,
      `This is Redis ${version}, and the scripts need 7.0: upgrade it.`,
    ),

  role: ({ role }) =>
    refuseIf(
      role !== 'master',
      'This is a replica: name its master, or the sentinels that know who that is.',
    ),

  eviction: ({ evictionPolicy }, { nanoUsdToday, nanoUsdPerSecond }) => [
    ...refuseIf(
      evictionPolicy.startsWith('allkeys'),
      `maxmemory-policy ${evictionPolicy} may throw away what accounts have spent, ${showUsd(nanoUsdToday)} of it today: everybody over whom an account is missing is refused, and users begin anew once the list of them is gone as well. Set it to noeviction.`,
    ),
    ...warnIf(
      evictionPolicy.startsWith('volatile'),
      `maxmemory-policy ${evictionPolicy} may throw away the marks by which a repeated settle is recognised, those of ${worth(nanoUsdPerSecond, TOMBSTONE_SECONDS)}, which may then be charged twice; and the days that tollgate spend sums up. Set it to noeviction.`,
    ),
  ],

  persistence: ({ aof, settings, sinceSaveMs, replicas }, { nanoUsdToday, nanoUsdPerSecond }) =>
    warnIf(
      !aof,
      settings?.save === ''
        ? `Nothing is written to the disk: a restart${replicas > 0 ? ' forgets, and makes every replica forget,' : ' forgets'} the books of every org. Everybody is then refused until they are opened anew, and what was charged, ${showUsd(nanoUsdToday)} today, may be spent again. ${KEEP_A_LOG}`
        : `There is no append-only file: a restart forgets everything since the last snapshot, ${Math.round(sinceSaveMs / 1000)} s ago, ${worth(nanoUsdPerSecond, sinceSaveMs / 1000)}. ${KEEP_A_LOG}`,
    ),

  fsync: ({ aof, settings }, { nanoUsdPerSecond }) =>
    warnIf(
      aof && settings?.fsync === 'no',
      `appendfsync no leaves it to the system when changes reach the disk, often ${UNWRITTEN_SECONDS} s later: a loss of power forgets ${worth(nanoUsdPerSecond, UNWRITTEN_SECONDS)}. Set it to everysec.`,
    ),

  replicas: ({ replicas, settings }, { nanoUsdPerSecond }) => [
    ...warnIf(
      replicas >= 2 && settings !== undefined && (settings.minReplicas < 1 || settings.maxLagSeconds > 10),
      `A master that has lost its replicas goes on taking writes, which a fail-over then forgets: about ${worth(nanoUsdPerSecond, SPLIT_BRAIN_SECONDS)}. Set min-replicas-to-write 1 and min-replicas-max-lag 10.`,
    ),
    // With a single replica that setting would stop all writes as soon as the replica has become the master.
    ...warnIf(
      replicas === 1 && (settings?.minReplicas ?? 0) === 0,
      `With one replica, both sides of a split network take writes until it heals: about ${worth(nanoUsdPerSecond, SPLIT_BRAIN_SECONDS)} may be admitted twice. A second replica, with min-replicas-to-write 1, bounds it.`,
    ),
    ...warnIf(
      replicas <= 1 && (settings?.minReplicas ?? 0) >= 1,
      `min-replicas-to-write with fewer than two replicas stops all writes when one of them fails: everybody is refused, and what running requests cost waits in the gateways, ${worth(nanoUsdPerSecond, 60)} each minute. Set it to 0, or add a replica.`,
    ),
  ],

  backlog: ({ replicas, backlogBytes, replicationBytesPerSecond }, { nanoUsdPerSecond }) =>
    warnIf(
      replicas > 0 && backlogBytes < BACKLOG_SECONDS * replicationBytesPerSecond,
      `The replication backlog lasts ${Math.floor(backlogBytes / replicationBytesPerSecond)} s at ${Math.ceil(replicationBytesPerSecond / 1024)} kB/s: a replica that was away for longer copies everything anew, and a fail-over meanwhile forgets what it had missed, ${worth(nanoUsdPerSecond, 60)} each minute. Set repl-backlog-size to ${Math.ceil((BACKLOG_SECONDS * replicationBytesPerSecond) / 2 ** 20)}mb.`,
    ),

  rewrite: ({ aof, usedBytes, machineBytes }) =>
    warnIf(
      aof && machineBytes > 0 && usedBytes * 2 > machineBytes,
      `Redis uses ${megabytes(usedBytes)} of ${megabytes(machineBytes)}: rewriting the append-only file may need as much again. If the system ends Redis for it, everybody is refused until it is back; no money is lost by that. Give the machine more memory.`,
    ),

  clock: ({ clockAheadMs }, { nanoUsdPerSecond }) =>
    warnIf(
      Math.abs(clockAheadMs) > MAX_CLOCK_DIFFERENCE_MS,
      `The clocks of Redis and of this machine are ${Math.round(Math.abs(clockAheadMs) / 1000)} s apart: windows start by that of Redis, so that ${worth(nanoUsdPerSecond, Math.abs(clockAheadMs) / 1000)} counts in another window than people expect. Run NTP on both.`,
    ),

  settings: ({ settings }, { nanoUsdPerSecond }) =>
    settings
      ? []
      : [
          {
            level: 'ask',
            text: `This service does not say how it is configured. See to it in its console: appendfsync everysec, and with two or more replicas min-replicas-to-write 1, min-replicas-max-lag 10. Without them a loss of power, or a fail-over, forgets ${worth(nanoUsdPerSecond, UNWRITTEN_SECONDS)}.`,
          },
        ],
}

const KEEP_A_LOG = 'Set appendonly yes, appendfsync everysec.'

/** What is wrong with a server that is to keep the books. */
export function findingsOn(facts: ServerFacts, options: CheckOptions): readonly Finding[] {
  return Object.entries(CHECKS).flatMap(([check, look]) =>
    look(facts, options).map(({ level, text }) => ({ check, level, text })),
  )
}

const refuseIf = (wrong: boolean, text: string) => (wrong ? [{ level: 'refuse', text } as const] : [])
const warnIf = (wrong: boolean, text: string) => (wrong ? [{ level: 'warn', text } as const] : [])

const worth = (nanoUsdPerSecond: number, seconds: number): string =>
  `${showUsd(Math.round(nanoUsdPerSecond * seconds))} at today's rate`

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`
