import {
  attempts,
  budgetReserve,
  compose,
  defineStage,
  identify,
  priceBook,
  providerFailover,
  usageReconcile,
} from '@tollgate/kit'
import { budgetFrom } from '@tollgate/kit/ledger'
import { type Attempt, healthBoard, routing } from '@tollgate/kit/stages/provider-failover'
import { gate, memoryLedger, simulatedProvider } from '@tollgate/testing'
import express from 'express'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'
import {
  answers,
  begins,
  breaksPromise,
  endsWell,
  hangUp,
  type Misbehaviour,
  noise,
  rawProvider,
  reset,
  silence,
} from './raw-provider.ts'

/** Output at $1 and $2 a million. */
const prices = { small: { input: '0', output: '1' }, medium: { input: '0', output: '2' } }
const CAP = 100
/** The most that a call costs at each, nano-USD. */
const WORST = { bad: 100_000, good: 200_000 }
const EVENTS = 'text/event-stream'
const JSON_TYPE = 'application/json'

/** A model at a provider that misbehaves, and at one that does not. */
async function twoDeployments({ bad = undefined as string | undefined } = {}) {
  const raw = await rawProvider()
  const good = await simulatedProvider({ prices, answerTokens: 50 })
  closeAfter(() => good.close())
  const ledger = memoryLedger()
  closeAfter(() => ledger.close())
  await ledger.provision('default', 'user:ada', [budgetFrom({ limit_usd: '1', period: 'daily' })])
  const health = healthBoard({ minVolume: 1, failureShare: 1, openMs: 60_000 })
  const routes = routing({
    providers: [
      { name: 'bad', dialect: 'openai', baseUrl: bad ?? raw.url, apiKey: 'sk-bad' },
      { name: 'good', dialect: 'openai', baseUrl: good.url, apiKey: 'sk-good' },
    ],
    routes: { smart: ['bad/small', 'good/medium'] },
    health,
  })
  let tried: readonly Attempt[] = []
  const done = gate()
  const witness = defineStage({
    name: 'witness',
    handle: () => {},
    settle(req) {
      tried = attempts.peek(req) ?? []
      done.open()
    },
  })
  const timeouts = { connectMs: 1_000, firstByteMs: 500, idleMs: 500, totalMs: 30_000 }
  const url = await serve(
    express().use(
      '/v1',
      compose(
        witness,
        identify(() => ({ user: 'ada' })),
        budgetReserve({ ledger, routes, prices: priceBook({ overrides: prices }) }),
        usageReconcile(),
        providerFailover({ routes, health, timeouts, retries: { max: 0 } }),
      ),
    ),
  )
  const state = async () => (await ledger.read('default', ['user:ada']))[0]!
  return {
    raw,
    good,
    health,
    ask: (stream: boolean) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'smart',
          stream,
          max_tokens: CAP,
          messages: [{ role: 'user', content: 'x' }],
        }),
      }),
    async tried() {
      await done.opened
      return tried
    },
    async books() {
      await expect.poll(async () => (await state()).reserved).toBe(0)
      return (await state()).spent
    },
  }
}

/** The simulated provider loads its vocabulary with its first answer, which takes longer than anybody is waited for here. */
beforeAll(async () => {
  const provider = await simulatedProvider()
  const messages = [{ role: 'user', content: 'x' }]
  const body = JSON.stringify({ model: 'gpt-4o-mini', messages })
  await (await fetch(`${provider.url}/chat/completions`, { method: 'POST', body })).text()
  await provider.close()
}, 60_000)

type Bench = Awaited<ReturnType<typeof twoDeployments>>

/** What a failure at the first deployment comes to, when the second one answers. */
interface Row {
  readonly title: string
  readonly behaviour: Misbehaviour
  readonly outcome: Attempt['outcome']
  readonly reason: Attempt['reason']
  /** It may have been generated, and is charged for. */
  readonly paid: boolean
  /** Its breaker is open afterwards: one failure is enough here. */
  readonly opens: boolean
  /** What its key rests for. */
  readonly rests?: string
  /** Only where this was asked for. */
  readonly only?: 'stream' | 'json'
}

const error = (status: string, body: object): Misbehaviour =>
  answers(status, JSON_TYPE, JSON.stringify({ error: body }))

const BEFORE_THE_FIRST_BYTE: readonly Row[] = [
  { title: 'a reset', behaviour: reset, outcome: 'broken', reason: 'broken', paid: true, opens: true },
  { title: 'a hang-up', behaviour: hangUp, outcome: 'broken', reason: 'broken', paid: true, opens: true },
  { title: 'no HTTP', behaviour: noise, outcome: 'broken', reason: 'broken', paid: true, opens: true },
  { title: 'silence', behaviour: silence, outcome: 'timeout', reason: 'timeout', paid: true, opens: true },
  {
    title: 'a head and then silence',
    behaviour: begins(EVENTS, '', silence),
    outcome: 'timeout',
    reason: 'timeout',
    paid: true,
    opens: true,
  },
  {
    title: 'half a JSON answer and then silence',
    behaviour: begins(JSON_TYPE, '{"choices":', silence),
    outcome: 'timeout',
    reason: 'timeout',
    paid: true,
    opens: true,
    only: 'json',
  },
  {
    title: 'half a JSON answer and a reset',
    behaviour: begins(JSON_TYPE, '{"choices":', reset),
    outcome: 'broken',
    reason: 'broken',
    paid: true,
    opens: true,
    only: 'json',
  },
  {
    title: 'less than was promised',
    behaviour: breaksPromise(JSON_TYPE, '{"choices":[]}'),
    outcome: 'broken',
    reason: 'broken',
    paid: true,
    opens: true,
    only: 'json',
  },
  {
    title: 'half an event and a reset',
    behaviour: begins(EVENTS, 'data: {"cho', reset),
    outcome: 'broken',
    reason: 'broken',
    paid: true,
    opens: true,
    only: 'stream',
  },
  {
    title: 'an empty stream',
    behaviour: begins(EVENTS, '', endsWell),
    outcome: 'refused',
    reason: 'empty',
    paid: true,
    opens: true,
  },
  {
    title: 'an empty body',
    behaviour: answers('200 OK', JSON_TYPE, ''),
    outcome: 'refused',
    reason: 'empty',
    paid: true,
    opens: true,
  },
  {
    title: 'a body cut in half',
    behaviour: begins(JSON_TYPE, '{"choices":[{"mess', endsWell),
    outcome: 'refused',
    reason: 'malformed',
    paid: true,
    opens: true,
  },
  {
    title: 'a page of HTML',
    behaviour: answers('200 OK', 'text/html', '<html>Sign in</html>'),
    outcome: 'refused',
    reason: 'malformed',
    paid: true,
    opens: true,
  },
  {
    title: 'a 200 that is an error',
    behaviour: error('200 OK', { message: 'Upstream failed.', code: 502 }),
    outcome: 'refused',
    reason: 'server',
    paid: true,
    opens: true,
  },
  {
    title: 'a stream that begins with an error',
    behaviour: begins(EVENTS, 'data: {"error":{"message":"Busy.","code":503}}\n\n', endsWell),
    outcome: 'refused',
    reason: 'overloaded',
    paid: true,
    opens: true,
  },
  ...(
    [
      ['408 Request Timeout', 'server', true],
      ['409 Conflict', 'conflict', false],
      ['500 Internal Server Error', 'server', true],
      ['502 Bad Gateway', 'server', true],
      ['503 Service Unavailable', 'overloaded', true],
      ['504 Gateway Timeout', 'server', true],
      ['529 Overloaded', 'overloaded', true],
    ] as const
  ).map(
    ([status, reason, opens]): Row => ({
      title: status,
      behaviour: error(status, { message: 'Not now.' }),
      outcome: 'refused',
      reason,
      paid: false,
      opens,
    }),
  ),
  ...(
    [
      ['429 Too Many Requests', { message: 'Slow.', code: 'rate_limit_exceeded' }, 'rate_limited'],
      ['429 Too Many Requests', { message: 'Pay.', code: 'insufficient_quota' }, 'quota'],
      ['401 Unauthorized', { message: 'Who?', code: 'invalid_api_key' }, 'auth'],
      ['403 Forbidden', { message: 'Not from there.' }, 'auth'],
    ] as const
  ).map(
    ([status, body, reason]): Row => ({
      title: `${status}: ${reason}`,
      behaviour: error(status, body),
      outcome: 'refused',
      reason,
      paid: false,
      opens: false,
      rests: reason,
    }),
  ),
  {
    title: '404 without the model',
    behaviour: error('404 Not Found', { message: 'None.', code: 'model_not_found' }),
    outcome: 'refused',
    reason: 'model_not_found',
    paid: false,
    opens: false,
  },
  {
    title: '400 from a content filter',
    behaviour: error('400 Bad Request', { message: 'No.', code: 'content_filter' }),
    outcome: 'refused',
    reason: 'content_filter',
    paid: false,
    opens: false,
  },
]

const cases = BEFORE_THE_FIRST_BYTE.flatMap((row) =>
  (['json', 'stream'] as const)
    .filter((asked) => (row.only ?? asked) === asked)
    .map((asked) => [`${row.title}, ${asked}`, row, asked === 'stream'] as const),
)

describe('before the first byte: the next deployment answers, and the client sees nothing of it', () => {
  it.each(cases)('%s', async (_, row, stream) => {
    const bench = await twoDeployments()
    bench.raw.next(row.behaviour)
    const answer = await bench.ask(stream)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-tollgate-provider')).toBe('good')
    expect(answer.headers.get('x-tollgate-attempts')).toBe('2')
    const body = await answer.text()
    expect(body).toContain(stream ? '[DONE]' : '"finish_reason"')
    await expectCharged(bench, row)
    await bench.raw.closed()
    const [bad] = bench.health.read(Date.now())
    expect(bad).toMatchObject({ provider: 'bad', breaker: row.opens ? 'open' : 'closed' })
    expect(bad!.closure?.why).toBe(row.opens ? 'failing' : row.rests)
  })
})

/** Every attempt has its reason and its charge, and the books are the sum of them. */
async function expectCharged({ tried, good, books }: Bench, row: Row): Promise<void> {
  const [first, second] = await tried()
  expect(first).toMatchObject({ provider: 'bad', model: 'small', outcome: row.outcome, reason: row.reason })
  expect(second).toMatchObject({ provider: 'good', outcome: 'answered', status: 200 })
  const lost = first!.lostNanoUsd!
  if (row.paid) expect(lost).toBeGreaterThan(0)
  else expect(lost).toBe(0)
  expect(lost).toBeLessThanOrEqual(WORST.bad)
  expect(await books()).toBe(lost + good.totals().nanoUsd)
}

describe('nothing was sent', () => {
  const nowhere: [string, string][] = [
    ['a port where nobody listens', 'http://127.0.0.1:1/v1'],
    ['a name that is not there', 'http://nobody.invalid/v1'],
    ['a host that does not speak TLS', ''],
  ]
  it.each(nowhere)('%s costs nothing', async (_, url) => {
    const raw = await rawProvider()
    const bench = await twoDeployments({ bad: url || raw.url.replace('http:', 'https:') })
    expect((await bench.ask(false)).status).toBe(200)
    expect((await bench.tried())[0]).toMatchObject({
      outcome: 'unreachable',
      reason: 'unreachable',
      lostNanoUsd: 0,
    })
    expect(await bench.books()).toBe(bench.good.totals().nanoUsd)
  })
})

describe('after the first byte: no other deployment, a well-formed end, and the right charge', () => {
  const event =
    'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n'
  const ends: [string, Misbehaviour, string, string][] = [
    ['a reset', begins(EVENTS, event, reset), 'broken', 'provider_error'],
    ['a hang-up', begins(EVENTS, event, hangUp), 'broken', 'provider_error'],
    ['silence', begins(EVENTS, event, silence), 'timeout', 'provider_timeout'],
  ]
  it.each(ends)('%s', async (_, behaviour, reason, code) => {
    const bench = await twoDeployments()
    bench.raw.next(behaviour)
    const answer = await bench.ask(true)
    expect(answer.status).toBe(200)
    const text = await answer.text()
    expect(text.startsWith(event)).toBe(true)
    expect(text).toContain(`"code":"${code}"`)
    expect(await bench.tried()).toMatchObject([{ provider: 'bad', outcome: 'broken', reason }])
    expect(bench.good.requests).toHaveLength(0)
    const spent = await bench.books()
    expect(spent).toBeGreaterThan(0)
    expect(spent).toBeLessThanOrEqual(WORST.bad)
    await bench.raw.closed()
    expect(bench.health.read(Date.now())[0]).toMatchObject({ breaker: 'open' })
  })
})

describe('the caller’s own fault', () => {
  const own: [string, string, object][] = [
    ['400', '400 Bad Request', { message: 'Missing messages.', param: 'messages' }],
    ['413', '413 Payload Too Large', { message: 'Too large.' }],
    ['422', '422 Unprocessable Entity', { message: 'Not that.' }],
    [
      'a context window that no larger model is known for',
      '400 Bad Request',
      { code: 'context_length_exceeded' },
    ],
  ]
  it.each(own)(
    '%s: its provider’s own answer, byte for byte, at once and for nothing',
    async (_, status, body) => {
      const bench = await twoDeployments()
      bench.raw.next(error(status, body))
      const answer = await bench.ask(false)
      expect(answer.status).toBe(Number(status.slice(0, 3)))
      expect(await answer.text()).toBe(JSON.stringify({ error: body }))
      expect(await bench.tried()).toMatchObject([{ provider: 'bad', outcome: 'answered' }])
      expect(bench.good.requests).toHaveLength(0)
      expect(await bench.books()).toBe(0)
      expect(bench.health.read(Date.now())[0]).toMatchObject({ breaker: 'closed', closure: undefined })
    },
  )

  it('is told even when those who might have mended it fail otherwise', async () => {
    const bench = await twoDeployments()
    bench.raw.next(error('400 Bad Request', { message: 'No.', code: 'content_filter' }))
    bench.good.next({ refusal: { status: 500, message: 'Oh.' } })
    const answer = await bench.ask(false)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'content_filter' } })
    expect(await bench.books()).toBe(0)
  })
})

describe('when everybody is shut', () => {
  it('the one that opens first is asked all the same, and that is said', async () => {
    const bench = await twoDeployments()
    const deployments = bench.health.read(0)
    expect(deployments).toEqual([])
    const nowMs = Date.now()
    bench.health.impose({ id: 'bad/small', why: 'failing', untilMs: nowMs + 60_000 }, nowMs)
    bench.health.impose({ id: 'good/medium', why: 'failing', untilMs: nowMs + 30_000 }, nowMs)
    const answer = await bench.ask(false)
    expect(answer.headers.get('x-tollgate-provider')).toBe('good')
    await answer.text()
    expect(await bench.tried()).toMatchObject([
      { provider: 'bad', outcome: 'skipped', reason: 'failing' },
      { provider: 'good', outcome: 'skipped', reason: 'failing' },
      { provider: 'good', outcome: 'answered', despite: 'failing' },
    ])
  })
})
