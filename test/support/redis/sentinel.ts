import type { RedisProcessOptions } from './process.ts'
import { infoOf, type RedisPair, type RedisServer, redisPair, redisServer } from './servers.ts'
import { until } from './until.ts'

export interface RedisSentinels extends RedisPair {
  /** The name that clients ask the sentinels for. */
  readonly name: string
  readonly sentinels: readonly RedisServer[]
  /** Have the sentinels make a master of the replica. */
  failOver(): Promise<void>
}

const NAME = 'books'

/** A master and its replica, watched by three sentinels that agree on who is who. */
export async function redisSentinels({
  tls,
}: Pick<RedisProcessOptions, 'tls'> = {}): Promise<RedisSentinels> {
  const secure = tls && { tls }
  const pair = await redisPair(undefined, { ...secure })
  const { host, port } = pair.master
  const sentinels = await Promise.all(
    Array.from({ length: 3 }, () => redisServer({ sentinel: true, ...secure })),
  )
  for (const { call } of sentinels) {
    await call('sentinel', 'monitor', NAME, host, port, 2)
    // So long that no sentinel takes a master for dead that only waits for its turn on a busy machine.
    await call('sentinel', 'set', NAME, 'down-after-milliseconds', 5000)
    await call('sentinel', 'set', NAME, 'failover-timeout', 3000)
  }
  await until('the sentinels know one another and the replica', async () => {
    const states = await Promise.all(sentinels.map(({ call }) => call('sentinel', 'master', NAME)))
    return states.every((state) => knowsAll(state as string[]))
  })
  return {
    ...pair,
    name: NAME,
    sentinels,
    async failOver() {
      await until('a sentinel takes the fail-over on', () => sentinels[0]!.call('sentinel', 'failover', NAME))
      await until(
        'the replica is master',
        async () => infoOf(await pair.replica.call('info', 'replication'), 'role') === 'master',
      )
      await until('all sentinels name the new master', async () => {
        const named = await Promise.all(
          sentinels.map(({ call }) => call('sentinel', 'get-master-addr-by-name', NAME)),
        )
        return named.every((address) => Number((address as string[])[1]) === pair.replica.port)
      })
      await until(
        'the old master has stepped back',
        async () => infoOf(await pair.master.call('info', 'replication'), 'role') === 'slave',
      )
    },
    async stop() {
      await Promise.all(sentinels.map((sentinel) => sentinel.stop()))
      await pair.stop()
    },
  }
}

function knowsAll(state: readonly string[]): boolean {
  const field = (name: string) => state[state.indexOf(name) + 1]
  return field('num-other-sentinels') === '2' && field('num-slaves') === '1'
}
