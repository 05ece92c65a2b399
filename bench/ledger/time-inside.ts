import type { Redis } from 'ioredis'

/**
 * What a script takes inside Redis, µs a call, by Redis's own clock (`INFO commandstats`): without the network, the
 * parsing of the command, or the client.
 *
 * @throws Error when another number of scripts has run than the work was to run.
 */
export async function timeInside(redis: Redis, calls: number, work: () => Promise<unknown>): Promise<number> {
  await redis.config('RESETSTAT')
  await work()
  const line = /^cmdstat_evalsha:calls=(\d+),usec=(\d+)/m.exec(await redis.info('commandstats'))
  const [ran, micros] = [Number(line?.[1]), Number(line?.[2])]
  if (ran !== calls) throw new Error(`${calls} scripts were to run, and Redis says that ${ran} have`)
  return micros / calls
}
