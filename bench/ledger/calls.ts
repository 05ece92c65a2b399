import { simulatedProvider } from '@tollgate/testing'
import { Redis } from 'ioredis'
import { markdownTable } from '../markdown.ts'
import { atOnce } from './at-once.ts'
import { type Gateway, gatewayOn } from './gateway.ts'
import { redisUrl, servePart } from './part.ts'
import { redisStore } from './stores.ts'

/** What one request through the gateway asks of Redis, by Redis's own record of what it was sent (`MONITOR`). */
const REQUESTS = 200
const AT_ONCE = 16
const PRICES = { 'gpt-4o-mini': { input: '0.15', output: '0.60' } }

servePart(async () => {
  const { ledger } = await redisStore()
  const provider = await simulatedProvider({ prices: PRICES })
  const gateway = await gatewayOn({ ledger, provider, prices: PRICES, limitUsd: '1000' })
  // The first request also looks the accounts up and loads the scripts.
  await ask(gateway, 1, false)
  const rows: string[][] = []
  for (const stream of [false, true]) {
    const commands = await commandsWhile(() => ask(gateway, REQUESTS, stream))
    const kinds = [...new Set(commands)].map(
      (kind) => `${commands.filter((one) => one === kind).length} ${kind}`,
    )
    rows.push([stream ? 'stream' : 'JSON', (commands.length / REQUESTS).toFixed(2), kinds.join(', ')])
  }
  await gateway.close()
  await provider.close()
  await ledger.close()
  const note = `${REQUESTS} requests each. What is above two a request is the heartbeat, one a second for each org and process.`
  return [markdownTable(['requests', 'calls a request', 'commands'], rows), '', note].join('\n')
})

async function ask(gateway: Gateway, requests: number, stream: boolean): Promise<void> {
  const body = { model: 'gpt-4o-mini', stream, messages: [{ role: 'user', content: 'Say something short.' }] }
  await atOnce(AT_ONCE, Array(requests).fill(body), async () => {
    const answer = await gateway.post(body)
    await answer.text()
    if (answer.status !== 200) throw new Error(`the gateway answered ${answer.status}`)
  })
}

/** The commands that clients send meanwhile; those that scripts run inside Redis are not among them. */
async function commandsWhile(work: () => Promise<void>): Promise<readonly string[]> {
  const redis = new Redis(redisUrl)
  const monitor = await redis.monitor()
  const commands: string[] = []
  const END = 'the work is done'
  const ended = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, [name, ...args]: string[], source: string) => {
      if (args[0] === END) resolve()
      else if (source !== 'lua') commands.push(name!)
    })
  })
  await work()
  await redis.echo(END)
  await ended
  monitor.disconnect()
  redis.disconnect()
  return commands
}
