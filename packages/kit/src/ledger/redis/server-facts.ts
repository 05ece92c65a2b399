import type { Clock } from '../../core/clock.ts'
import type { RedisConnection } from './connection.ts'

/** How the servers are asked. */
type Asking = Pick<RedisConnection, 'callEach'>

/** What a server says of itself, as far as the safety of the books depends on it. */
export interface ServerFacts {
  /** As in `127.0.0.1:6379`; what the server says of its port when nothing better is known. */
  readonly name: string
  readonly version: string
  readonly role: string
  readonly evictionPolicy: string
  /** An append-only file is kept. */
  readonly aof: boolean
  readonly replicas: number
  /** Bytes of changes a second that go to a replica just now. */
  readonly replicationBytesPerSecond: number
  readonly backlogBytes: number
  readonly usedBytes: number
  readonly machineBytes: number
  /** Since everything was last written to disk, ms. */
  readonly sinceSaveMs: number
  /** How far its clock is ahead of this machine's, ms; behind when negative. */
  readonly clockAheadMs: number
  /** Only CONFIG says these; undefined where a managed service hides it. */
  readonly settings: Settings | undefined
}

export interface Settings {
  readonly fsync: string
  /** When snapshots are made, as in `3600 1 300 100`; '' for never. */
  readonly save: string
  readonly minReplicas: number
  readonly maxLagSeconds: number
}

/** Ask every server that takes writes. */
export async function serverFacts(servers: Asking, clock: Clock): Promise<readonly ServerFacts[]> {
  const infos = await servers.callEach('INFO', 'everything')
  const times = await servers.callEach('TIME')
  const nowMs = clock.now()
  const settings = await settingsOfEach(servers)
  return infos.map((info, at) => {
    const [seconds, micros] = times[at] as readonly string[]
    const timeMs = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
    return { ...factsIn(String(info), timeMs), clockAheadMs: timeMs - nowMs, settings: settings?.[at] }
  })
}

function factsIn(info: string, timeMs: number): Omit<ServerFacts, 'clockAheadMs' | 'settings'> {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
  return {
    name: `port ${field('tcp_port')}`,
    // Valkey keeps the name of the Redis it is compatible with, and its own beside it.
    version: field('valkey_version') || field('redis_version'),
    role: field('role'),
    evictionPolicy: field('maxmemory_policy'),
    aof: field('aof_enabled') === '1',
    replicas: Number(field('connected_slaves')),
    replicationBytesPerSecond: Number(field('instantaneous_output_repl_kbps')) * 1024,
    backlogBytes: Number(field('repl_backlog_size')),
    usedBytes: Number(field('used_memory')),
    machineBytes: Number(field('total_system_memory')),
    sinceSaveMs: timeMs - Number(field('rdb_last_save_time')) * 1000,
  }
}

async function settingsOfEach(servers: Asking): Promise<readonly Settings[] | undefined> {
  try {
    const replies = await servers.callEach('CONFIG', 'GET', '*')
    return replies.map((reply) => settingsIn(reply as readonly string[]))
  } catch (error) {
    // A connection that fails is no answer; a server that says no is one.
    if (error instanceof Error && error.name === 'ReplyError') return undefined
    throw error
  }
}

function settingsIn(config: readonly string[]): Settings {
  const setting = (name: string) => config[config.indexOf(name) + 1] ?? ''
  return {
    fsync: setting('appendfsync'),
    save: setting('save'),
    minReplicas: Number(setting('min-replicas-to-write')),
    maxLagSeconds: Number(setting('min-replicas-max-lag')),
  }
}
