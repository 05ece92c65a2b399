import { Redis } from 'ioredis'
import { callProvider, LIMIT_USD, type Scene, type Way } from './scene.ts'

/** Look at what has been spent, call, and add what it has cost: whoever asks before the first answer is let through. */
export async function checkThenRecord(scene: Scene): Promise<Way> {
  const redis = new Redis(scene.redisUrl)
  const spent = `${scene.run}:spent`
  return {
    async ask(order) {
      if (Number(await redis.get(spent)) >= LIMIT_USD) return 'refused'
      await redis.incrbyfloat(spent, await callProvider(scene, order))
      return 'answered'
    },
    close: async () => void (await redis.quit()),
  }
}
