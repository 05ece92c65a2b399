import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { contextLengthExceeded } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { ADA, place, type Running, SECRET } from '../support/gateway.ts'
import { serve } from '../support/http.ts'

interface Told {
  readonly body: string
  readonly signature: string | undefined
}

/** Somebody who is told of alerts; answers with these statuses first, and 200 then. */
async function listener(...statuses: readonly number[]) {
  const told: Told[] = []
  const left = [...statuses]
  const url = await serve(async (req, res) => {
    let body = ''
    for await (const bytes of req) body += bytes
    const status = left.shift() ?? 200
    if (status === 200) told.push({ body, signature: req.headers['x-tollgate-signature'] as string })
    res.writeHead(status).end()
  })
  return { url, told, json: () => told.map(({ body }) => JSON.parse(body)) }
}

const ask = (gateway: Running, text: string) =>
  gateway
    .client(SECRET)
    .chat.completions.create({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: text }],
      max_tokens: 24,
    })
    .catch(() => {})

/** A budget of a few calls. */
const SMALL = ADA.replace('limit_usd: 5', 'limit_usd: "0.0001"')

describe('an alert of a budget', () => {
  it('is told once for each percentage, to whoever asked for it, with those who spent most', async () => {
    const generic = await listener()
    const slack = await listener()
    const { start } = await place(
      `${SMALL}\nalerts: [{ at: [20, 50], to: "${generic.url}", secret: a-secret-of-this-test }, { at: [50], to: "${slack.url}", format: slack }]`,
    )
    const gateway = await start()
    for (let call = 0; call < 12; call += 1) await ask(gateway, `call ${call}`)
    await expect.poll(() => generic.told.length).toBe(2)
    await expect.poll(() => slack.told.length).toBe(1)
    await gateway.close()
    const percents = generic.json().map(({ percent }) => percent)
    expect(percents).toEqual([20, 50])
    expect(generic.json()[1]).toMatchObject({
      kind: 'budget',
      org: 'default',
      account: 'key:ada',
      metric: 'usd',
      limit_usd: '0.000100000',
      top_spenders: [{ name: 'gpt-4o-mini' }],
    })
    expect(slack.json()).toEqual([
      { text: expect.stringMatching(/^key ada has used \$0\.0000\d+ of its \$0\.0001 daily budget: 50%\./) },
    ])
    // Whoever is told can tell that it was us, and when.
    for (const { body, signature } of generic.told) {
      const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature!)!
      const right = createHmac('sha256', 'a-secret-of-this-test').update(`${seconds}.${body}`).digest('hex')
      expect(mac).toBe(right)
    }
  })

  it('is tried again when nobody takes it, and holds up no request meanwhile', async () => {
    const broken = await listener(500)
    const { start, provider } = await place(`${SMALL}\nalerts: [{ at: [1], to: "${broken.url}" }]`)
    const gateway = await start()
    await ask(gateway, 'one')
    expect(provider.totals().requests).toBe(1)
    await expect.poll(() => broken.told.length, { timeout: 20_000 }).toBe(1)
  })
})

it('alerts follow the file: other addresses, and other percentages', async () => {
  const [first, second] = [await listener(), await listener()]
  const { start, edit, read } = await place(`${SMALL}\nalerts: []`)
  const gateway = await start({ reload: read })
  // A call costs a sixth of the budget, about.
  const [few, many] = ['[20, 25, 30]', '[50, 60]']
  await ask(gateway, 'nobody is told of this')
  edit('alerts: []', `alerts: [{ at: ${few}, to: "${first.url}" }]`)
  expect(await gateway.reload()).toBe('applied')
  await ask(gateway, 'one')
  edit(`at: ${few}, to: "${first.url}"`, `at: ${many}, to: "${second.url}"`)
  expect(await gateway.reload()).toBe('applied')
  for (let call = 0; call < 3; call += 1) await ask(gateway, `another ${call}`)
  await gateway.close()
  const percents = (told: readonly { percent: number }[]) => told.map(({ percent }) => percent)
  expect(first.told.length).toBeGreaterThan(0)
  expect(second.told.length).toBeGreaterThan(0)
  expect(Math.max(...percents(first.json()))).toBeLessThan(50)
  expect(Math.min(...percents(second.json()))).toBe(50)
  expect(gateway.said.join('\n')).not.toContain('a restart is needed')
})

describe('an alert of a runaway', () => {
  it('says who, what, and what was done', async () => {
    const hook = await listener()
    const { start } = await place(`${ADA}\nalerts: [{ to: "${hook.url}" }]`, contextLengthExceeded)
    const gateway = await start()
    for (let time = 0; time < 20; time += 1) await ask(gateway, 'the same')
    await expect
      .poll(() => hook.json())
      .toEqual([
        expect.objectContaining({
          kind: 'runaway',
          account: 'key:ada',
          reason: 'failures',
          treatment: 'enforce',
          times: 20,
          text: 'key ada has sent the same failing request over and over (20 times). It is shut out for a while.',
        }),
      ])
  })
})

describe('an alert of a model without a price', () => {
  it('is told once a day', async () => {
    const hook = await listener()
    const { start } = await place(`${ADA}\nalerts: [{ to: "${hook.url}" }]`, {
      prices: { 'gpt-of-tomorrow': { input: '1', output: '1' } },
    })
    const gateway = await start()
    const call = {
      model: 'gpt-of-tomorrow',
      messages: [{ role: 'user' as const, content: 'hi' }],
      max_tokens: 1,
    }
    for (let time = 0; time < 3; time += 1) await gateway.client(SECRET).chat.completions.create(call)
    await gateway.close()
    expect(hook.json()).toMatchObject([{ kind: 'ceiling_price', model: 'gpt-of-tomorrow' }])
  })
})

describe('an address where nobody is', () => {
  it('keeps nobody waiting, and is named by its host alone when an alert is lost', async () => {
    const server = createServer(() => {}).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    server.close()
    const { start } = await place(
      `${SMALL}\nalerts: [{ at: [1], to: "http://127.0.0.1:${port}/secret-path" }]`,
    )
    const warnings: string[] = []
    const hear = ({ message }: Error) => warnings.push(message)
    process.on('warning', hear)
    closeAfter(async () => void process.off('warning', hear))
    const gateway = await start()
    await ask(gateway, 'one')
    await gateway.close()
    const lost = expect.stringMatching(new RegExp(`^An alert did not reach 127\\.0\\.0\\.1:${port} `))
    await expect.poll(() => warnings).toContainEqual(lost)
    expect(warnings.join('\n')).not.toContain('secret-path')
  })
})
