import { Redis } from 'ioredis'
import { ledgerKeys } from '../../packages/kit/src/ledger/redis/keys.ts'
import { SCRIPTS } from '../../packages/kit/src/ledger/redis/scripts/catalog.ts'
import { init } from '../../packages/kit/src/ledger/redis/scripts/init.ts'
import { decidingCommands } from './lua/deciding.ts'
import { endingCommands } from './lua/ending.ts'
import { looking } from './lua/looking.ts'
import { openingCommands } from './lua/opening.ts'
import { NOON_MS } from './lua/words.ts'
import { type LuaWorld, luaWorld } from './lua/world.ts'
import { redisServer } from './redis/servers.ts'

export * from './lua/words.ts'

/** A server for a file of tests; every org on it has books of its own. */
export async function luaServer(): Promise<LuaServer> {
  const server = await redisServer()
  const redis = new Redis(server.port, server.host)
  for (const { lua } of SCRIPTS) await redis.script('LOAD', lua)
  let orgs = 0
  return {
    redis,
    port: server.port,
    async books() {
      const world = luaWorld(redis, ledgerKeys().of(`org-${++orgs}`))
      await world.run(init, { meta: world.keys.meta }, { now: NOON_MS })
      return luaBooks(world)
    },
    async stop() {
      redis.disconnect()
      await server.stop()
    },
  }
}

export interface LuaServer {
  readonly redis: Redis
  readonly port: number
  books(): Promise<LuaBooks>
  stop(): Promise<void>
}

export type LuaBooks = ReturnType<typeof luaBooks>

/** The commands of one org's books, with all that a test does not care about filled in, on a clock of the test's. */
const luaBooks = (world: LuaWorld) => ({
  ...world,
  ...openingCommands(world),
  ...endingCommands(world),
  ...decidingCommands(world),
  ...looking(world),
})
