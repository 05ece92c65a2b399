import { Redis } from 'ioredis'
import { type RedisProcess, type RedisProcessOptions, startRedis } from './process.ts'
import { until } from './until.ts'

/** A server and a way to talk to it directly, past every proxy. */
export interface RedisServer extends RedisProcess {
  /** Any command, on a connection of its own. */
  call(...words: readonly (string | number)[]): Promise<unknown>
}

/** One server that keeps everything in memory and loses it when it dies. */
export async function redisServer(options: RedisProcessOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options)
  return {
    ...server,
    async call(...words) {
      // A connection for each call: it is rarely used, and none is left that would have to survive a restart.
      const redis = new Redis({
        host: server.host,
        port: server.port,
        lazyConnect: true,
        ...(options.tls && { tls: { ca: options.tls.ca } }),
        retryStrategy: () => null,
      })
      redis.on('error', () => {})
      try {
        await redis.connect()
        const [command, ...args] = words.map(String)
        return await redis.call(command!, ...args)
      } finally {
        redis.disconnect()
      }
    },
  }
}

/** One server that finds everything again after a kill -9. */
export function redisWithAof(
  fsync: 'always' | 'everysec' = 'everysec',
  options: Pick<RedisProcessOptions, 'program' | 'env'> = {},
): Promise<RedisServer> {
  return redisServer({ ...options, config: { appendonly: 'yes', appendfsync: fsync } })
}

export interface RedisPair {
  readonly master: RedisServer
  readonly replica: RedisServer
  /** The replica has everything that the master has. */
  synced(): Promise<void>
  /** Make a master of the replica, as a fail-over would; the old master is not told. */
  promote(): Promise<void>
  stop(): Promise<void>
}

/**
 * A master and its replica.
 *
 * @param link what the replica reads from instead of the master's own port: a proxy that can lag or break.
 */
export async function redisPair(
  link?: (master: RedisServer) => Promise<{ readonly port: number }>,
  { tls }: Pick<RedisProcessOptions, 'tls'> = {},
): Promise<RedisPair> {
  const secure = tls && { tls }
  const master = await redisServer({ ...secure })
  const { port } = (await link?.(master)) ?? master
  const replica = await redisServer({ ...secure, config: { replicaof: `127.0.0.1 ${port}` } })
  await until(
    'the replica follows',
    async () => infoOf(await replica.call('info', 'replication'), 'master_link_status') === 'up',
  )
  return {
    master,
    replica,
    async synced() {
      const offset = async ({ call }: RedisServer, field: string) =>
        infoOf(await call('info', 'replication'), field)
      const end = Number(await offset(master, 'master_repl_offset'))
      await until(
        'the replica is synced',
        async () => Number(await offset(replica, 'slave_repl_offset')) >= end,
      )
    },
    promote: async () => void (await replica.call('replicaof', 'no', 'one')),
    stop: async () => void (await Promise.all([master.stop(), replica.stop()])),
  }
}

/** A field of the reply to INFO. */
export function infoOf(info: unknown, field: string): string | undefined {
  return new RegExp(`^${field}:(.*)\\r$`, 'm').exec(String(info))?.[1]
}
