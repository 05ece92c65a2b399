import { Redis } from 'ioredis'
import { callProvider, LIMIT_USD, type Order, type Scene, type Way, worstUsd } from './scene.ts'

/** Below this nothing is left that would be worth a call. */
const TOLERANCE_USD = 1e-12

/**
 * Our own emulation of a pattern, not of any product: the worst case is added to one counter after another, each of
 * which says what it has come to. Where that is too much and something is left, the reservation is resized to what
 * remains, and the call is admitted. Nothing tells the provider, so it may cost more than was left.
 */
export async function reserveAndResize(scene: Scene): Promise<Way> {
  const redis = new Redis(scene.redisUrl)
  const counters = ['team', 'key'].map((account) => `${scene.run}:${account}`)

  const add = async (counter: string, usd: number) => Number(await redis.incrbyfloat(counter, usd))

  /** What the counter holds for the call now, USD; undefined when it has nothing left. */
  async function hold(counter: string, worst: number): Promise<number | undefined> {
    const after = await add(counter, worst)
    if (after <= LIMIT_USD) return worst
    const left = LIMIT_USD - (after - worst)
    if (left > TOLERANCE_USD) {
      await add(counter, left - worst)
      return left
    }
    await add(counter, -worst)
    return undefined
  }

  /** What each counter holds; undefined when one of them has refused, and the others have it back. */
  async function reserve(order: Order): Promise<readonly number[] | undefined> {
    const held: number[] = []
    for (const counter of counters) {
      const usd = await hold(counter, worstUsd(order))
      if (usd === undefined) {
        for (const [at, before] of held.entries()) await add(counters[at]!, -before)
        return undefined
      }
      held.push(usd)
    }
    return held
  }

  return {
    async ask(order) {
      const held = await reserve(order)
      if (!held) return 'refused'
      const usd = await callProvider(scene, order)
      for (const [at, before] of held.entries()) await add(counters[at]!, usd - before)
      return 'answered'
    },
    close: async () => void (await redis.quit()),
  }
}
