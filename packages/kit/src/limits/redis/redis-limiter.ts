import { createHash } from 'node:crypto'
import { type Flexible, type Limiter, memoryLimiter, WINDOW_S } from '../flexible.ts'
import { MAX_RATE } from '../rates.ts'
import type { Argument, Script } from './scripts/script.ts'

interface LimiterKeys {
  readonly keys: readonly string[]
}

interface LimiterArguments {
  readonly words: readonly Argument[]
}

/** A script of the library's own. */
export type LimiterScript = Script<LimiterKeys, LimiterArguments, unknown>

export interface LimiterClient {
  ask(script: LimiterScript, keys: LimiterKeys, args: LimiterArguments): Promise<unknown>
  call(command: string, ...args: readonly (string | number)[]): Promise<unknown>
}

/**
 * Requests of a fleet, counted by the library in Redis; in this process alone while that is away.
 *
 * The library is given a client in the shape of node-redis, which is the one that it names no commands on: two releases
 * of its script would overwrite each other there. Deadlines and the breaker are those of our own connection.
 */
export function redisLimiter(client: LimiterClient): (flexible: Flexible) => Limiter {
  const storeClient = nodeRedisOf(client)
  return (flexible) =>
    new flexible.RateLimiterRedis({
      storeClient,
      useRedisPackage: true,
      points: MAX_RATE,
      duration: WINDOW_S,
      keyPrefix: '',
      insuranceLimiter: memoryLimiter(flexible),
    })
}

interface EvalOptions {
  readonly keys: readonly string[]
  readonly arguments: readonly string[]
}

function nodeRedisOf({ ask, call }: LimiterClient): object {
  const scripts = new Map<string, LimiterScript>()
  return {
    async eval(lua: string, { keys, arguments: args }: EvalOptions): Promise<readonly number[]> {
      const script = scripts.get(lua) ?? scriptOf(lua)
      scripts.set(lua, script)
      const reply = await ask(script, { keys }, { words: args })
      return (reply as readonly string[]).map(Number)
    },
    /** It only ever asks for a count and the end of its window. */
    multi() {
      const asked: Promise<unknown>[] = []
      const chain = {
        get(key: string) {
          asked.push(call('GET', key))
          return chain
        },
        pTTL(key: string) {
          asked.push(call('PTTL', key).then(Number))
          return chain
        },
        exec: () => Promise.all(asked),
      }
      return chain
    },
  }
}

const scriptOf = (lua: string): LimiterScript => ({
  name: 'requests',
  sha1: createHash('sha1').update(lua).digest('hex'),
  writes: true,
  keys: [],
  keyLists: ['keys'],
  args: [],
  argLists: [{ name: 'words', fields: [] }],
  lua,
})
