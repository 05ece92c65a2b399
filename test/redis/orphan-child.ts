import { infoOf, redisServer } from '../support/redis.ts'

/** Starts a server, says its process id, and waits to be killed. */
const server = await redisServer()
console.log(infoOf(await server.call('info', 'server'), 'process_id'))
setInterval(() => {}, 60_000)
