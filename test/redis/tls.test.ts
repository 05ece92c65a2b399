import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type RedisTarget, redisLedger } from '@tollgate/kit/ledger/redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { ADMIN_TOKEN, type Place, place, SECRET } from '../support/gateway.ts'
import { PROVE } from '../support/prove.ts'
import { type TestAuthority, testAuthority } from '../support/redis/tls.ts'
import { redisCluster, redisSentinels, redisServer, until } from '../support/redis.ts'
import { keys, redisYaml } from '../support/redis-place.ts'

/** The built program: which authorities a process trusts is decided when it starts. */
const MAIN = fileURLToPath(new URL('../../packages/gateway/dist/main.js', import.meta.url))

let tls: TestAuthority
beforeAll(() => {
  tls = testAuthority()
})
afterAll(() => tls.remove())

interface Program {
  /** Run a command to its end; with its exit code, and all that it printed. */
  command(line: string): Promise<{ readonly code: number; readonly out: string }>
  /** Start a gateway; resolves with its URL. */
  start(): Promise<string>
}

/** `tollgate`, as an operator runs it who has told Node of his authority, or has not. */
function program({ folder, provider }: Place, { trusts }: { readonly trusts: boolean }): Program {
  const env = {
    PATH: process.env.PATH,
    ADMIN_TOKEN,
    PROVIDER: provider.url,
    PROVIDER_KEY: 'sk-real',
    ...(trusts && { NODE_EXTRA_CA_CERTS: tls.caFile }),
  }
  const argsOf = (line: string) => [MAIN, ...line.split(' '), '--config', 'tollgate.yaml']
  return {
    async command(line) {
      try {
        const { stdout } = await promisify(execFile)(process.execPath, argsOf(line), { cwd: folder, env })
        return { code: 0, out: stdout }
      } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
        return { code, out: stdout + stderr }
      }
    },
    async start() {
      const child = spawn(process.execPath, argsOf('start'), { cwd: folder, env })
      closeAfter(async () => void child.kill('SIGKILL'))
      let said = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
      while (!/^admin .*$/m.test(said)) await once(child.stdout, 'data')
      return /base_url="(.+?)"/.exec(said)![1]!
    },
  }
}

async function call(url: string): Promise<number> {
  const { status } = await fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'What is a toll?' }] }),
  })
  return status
}

/** What a gateway has served is in the books, which this process reads by TLS as well. */
async function expectToServe(made: Place, target: RedisTarget): Promise<string> {
  const { command, start } = program(made, { trusts: true })
  expect(await command('ledger init')).toMatchObject({ code: 0 })
  const url = await start()
  expect(await call(url)).toBe(200)
  await expectBooked(made, target)
  return url
}

async function expectBooked({ provider }: Place, target: RedisTarget): Promise<void> {
  const ledger = redisLedger(target, { deadlineMs: 20_000 })
  try {
    await until('everything is booked', async () => {
      const [state] = await ledger.read('acme', ['key:ada'])
      return state!.spent === provider.totals().nanoUsd && state!.reserved === 0
    })
  } finally {
    await ledger.close()
  }
}

describe('books that are reached by TLS, with an authority of one’s own', () => {
  it('may be on one server (rediss://); who does not know the authority is refused', async () => {
    const server = await redisServer({ tls })
    closeAfter(server.stop)
    const made = await place(redisYaml(`${server.url}/0`, keys()))
    const { code, out } = await program(made, { trusts: false }).command('ledger init')
    expect(code).not.toBe(0)
    expect(out).toMatch(/certificate/)
    expect(await server.call('dbsize')).toBe(0)
    await expectToServe(made, { host: server.host, port: server.port, tls: { ca: tls.ca } })
    expect(await program(made, { trusts: true }).command('doctor')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Every script of the ledger runs.'),
    })
  })

  it('may be on a Cluster (rediss-cluster://)', async () => {
    const { seeds, stop } = await redisCluster({ tls })
    closeAfter(stop)
    const hosts = seeds.map(({ host, port }) => `${host}:${port}`).join()
    const made = await place(redisYaml(`rediss-cluster://${hosts}`, keys()))
    const options = { redisOptions: { tls: { ca: tls.ca } } }
    await expectToServe(made, { cluster: seeds, options })
  })

  it('may be where sentinels say (rediss-sentinel://)', async () => {
    const { sentinels, name, stop, synced, failOver } = await redisSentinels({ tls })
    closeAfter(stop)
    const hosts = sentinels.map(({ host, port }) => `${host}:${port}`).join()
    const made = await place(redisYaml(`rediss-sentinel://${hosts}/0?master=${name}`, keys()))
    const target = {
      sentinels: sentinels.map(({ host, port }) => ({ host, port })),
      name,
      tls: { ca: tls.ca },
      enableTLSForSentinelMode: true,
      sentinelTLS: { ca: tls.ca },
    }
    const url = await expectToServe(made, target)
    // Who stays with them through a fail-over without TLS is tried in every run; with it, in the long one.
    if (!PROVE) return
    await synced()
    await failOver()
    await until('it serves again', async () => (await call(url)) === 200)
    await expectBooked(made, target)
  })
})
