import { initRedisLedger, redisLedger } from '@tollgate/kit/ledger/redis'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { SCRIPTS } from '../../packages/kit/src/ledger/redis/scripts/catalog.ts'
import { type Assembly, assemble } from '../support/assembly.ts'
import { closeAfter } from '../support/close-after.ts'
import { type RedisServer, redisServer } from '../support/redis.ts'
import { PATIENT } from '../support/redis-books.ts'

const REQUESTS = 50

interface Running {
  readonly server: RedisServer
  readonly gateway: Assembly
}

/** A gateway that has answered one request before: its scripts are loaded and its accounts known. */
async function warmGateway({ limitUsd = '100' } = {}): Promise<Running> {
  const server = await redisServer()
  closeAfter(() => server.stop())
  await initRedisLedger(server.url, { orgs: ['test'] })
  const gateway = await assemble({
    ledger: redisLedger(server.url, PATIENT),
    budgets: [
      { limit_usd: limitUsd, period: 'daily' },
      { limit_usd: '1000', period: 'monthly' },
    ],
  })
  await ask(gateway)
  await gateway.atRest()
  return { server, gateway }
}

async function ask({ post }: Assembly, more: object = {}): Promise<number> {
  const answer = await post('/chat/completions', {
    model: 'gpt-4o-mini',
    messages: [{ role: 'user', content: 'Say something short.' }],
    ...more,
  })
  await answer.text()
  return answer.status
}

/** The heartbeat and the reaper: about one a second for each process, however many requests there are. And the test reads. */
const NOT_OF_REQUESTS = ['heartbeat', 'smembers', 'overdue', 'unconfirmed', 'read']

/** The script that a command runs, by its hash or, the first time on a connection, by its text; else its own name. */
function nameOf([command = '', script = '']: readonly string[]): string {
  // MONITOR escapes line ends, and ioredis leaves them so.
  const text = script.replaceAll('\\n', '\n')
  const found = SCRIPTS.find(({ sha1, lua }) => sha1 === script || lua === text)
  return found?.name ?? command.toLowerCase()
}

/** What requests have sent to the server by the time they are settled, by Redis's own record of it. */
async function sentWhile(
  { server, gateway }: Running,
  work: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const redis = new Redis(server.port, server.host)
  const monitor = await redis.monitor()
  const sent: Record<string, number> = {}
  const ended = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, words: string[], source: string) => {
      // What a script does inside Redis was not sent.
      if (source === 'lua') return
      if (words[0] === 'echo') return resolve()
      const name = nameOf(words)
      if (!NOT_OF_REQUESTS.includes(name)) sent[name] = (sent[name] ?? 0) + 1
    })
  })
  try {
    await work()
    await gateway.atRest()
    await redis.echo('the work is done')
    await ended
  } finally {
    monitor.disconnect()
    redis.disconnect()
  }
  return sent
}

/** @see PAINS P22: LiteLLM #6895, #27989: contention on the hot path. */
describe('P22: a request asks Redis twice', () => {
  it.each([
    ['an answer at once', {}],
    ['a stream', { stream: true }],
  ])('for %s: one reserve and one settle', async (_, more) => {
    const running = await warmGateway()
    const sent = await sentWhile(running, async () => {
      const statuses = await Promise.all(Array.from({ length: REQUESTS }, () => ask(running.gateway, more)))
      expect(statuses).toEqual(Array(REQUESTS).fill(200))
    })
    expect(sent).toEqual({ reserve: REQUESTS, settle: REQUESTS })
  })

  it('once when it is refused', async () => {
    const running = await warmGateway({ limitUsd: '1' })
    const sent = await sentWhile(running, async () => {
      expect(await ask(running.gateway, { max_tokens: 16_000, n: 128, model: 'gpt-4o' })).toBe(429)
    })
    expect(sent).toEqual({ reserve: 1 })
  })
})
