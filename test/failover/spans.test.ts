import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import {
  budgetReserve,
  compose,
  defineStage,
  identify,
  priceBook,
  providerFailover,
  usageReconcile,
} from '@tollgate/kit'
import { nanoToUsd } from '@tollgate/kit/core'
import { type Attempt, attempts, routing } from '@tollgate/kit/stages/provider-failover'
import {
  dieAfter,
  gate,
  memoryLedger,
  overloaded,
  type SimulatedProvider,
  simulatedProvider,
} from '@tollgate/testing'
import express from 'express'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'

/** Output at $1 a million: a token costs 1,000 nano-USD, and is $0.000001. */
const prices = { flat: { input: '0', output: '1' } }

/** A service with tracing, and two providers of one model. */
async function traced() {
  const exporter = new InMemorySpanExporter()
  const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(tracing)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const providers = [
    await simulatedProvider({ prices, answerTokens: 50 }),
    await simulatedProvider({ prices, answerTokens: 50 }),
  ]
  const [first, second] = providers as [SimulatedProvider, SimulatedProvider]
  const ledger = memoryLedger({ budgets: [{ per: 'user', limit_usd: '1', period: 'daily' }] })
  const disable = async () => {
    await tracing.shutdown()
    trace.disable()
    context.disable()
  }
  for (const close of [first.close, second.close, () => ledger.close(), disable])
    closeAfter(async () => close())
  const routes = routing({
    providers: [
      { name: 'first', dialect: 'openai', baseUrl: first.url, apiKey: 'sk-1' },
      { name: 'second', dialect: 'openai', baseUrl: second.url, apiKey: 'sk-2' },
    ],
    routes: { smart: ['first/flat', 'second/flat'] },
  })
  const tracer = trace.getTracer('a service')
  const records: (readonly Attempt[])[] = []
  // Mounted first, and so settled last: what it reads is what an audit log does.
  const recorder = defineStage({
    name: 'recorder',
    handle: () => {},
    settle: (req) => void records.push(attempts.peek(req) ?? []),
  })
  const book = priceBook({ overrides: prices })
  const url = await serve(
    express()
      .use((_req, res, next) =>
        tracer.startActiveSpan('the request', (span) => {
          res.once('close', () => span.end())
          next()
        }),
      )
      .use(
        '/v1',
        compose(
          recorder,
          identify(() => ({ user: 'ada' })),
          budgetReserve({ ledger, routes, prices: book }),
          usageReconcile(),
          providerFailover({ routes, retries: { max: 0 } }),
        ),
      ),
  )
  return {
    first,
    second,
    ask: (extra: object = {}, init: RequestInit = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'smart',
          max_tokens: 100,
          messages: [{ role: 'user', content: 'go' }],
          ...extra,
        }),
        ...init,
      }),
    /** The spans, once there are so many, those of attempts first. */
    async spans(count: number) {
      await expect.poll(() => exporter.getFinishedSpans().length, { timeout: 20_000 }).toBe(count)
      const all = exporter.getFinishedSpans()
      const request = all.find(({ name }) => name === 'the request')!
      return { request, attempts: all.filter((span) => span !== request) }
    },
    /** What is kept of the attempts of the one request, once it is settled. */
    async record() {
      await expect.poll(() => records.length, { timeout: 20_000 }).toBe(1)
      return records[0]!
    },
    async spent() {
      const read = async () => (await ledger.read('default', ['user:ada']))[0]!
      await expect.poll(async () => (await read()).reserved, { timeout: 20_000 }).toBe(0)
      return (await read()).spent
    },
  }
}

it('each attempt is a span below the request’s own, with what became of it and what it has cost', async () => {
  const { first, ask, spans, record, spent } = await traced()
  first.next(overloaded)
  const answer = await ask()
  expect(answer.status).toBe(200)
  await answer.text()
  const { request, attempts } = await spans(3)
  expect(attempts.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
    Array(2).fill(request.spanContext().spanId),
  )
  expect(attempts.map(({ name, attributes }) => [name, attributes])).toEqual([
    [
      'attempt first/flat',
      expect.objectContaining({
        'gen_ai.provider.name': 'first',
        'tollgate.attempt.outcome': 'refused',
        'tollgate.attempt.lost_usd': '0.000000000',
        'error.type': 'overloaded',
        'http.response.status_code': 503,
      }),
    ],
    [
      'attempt second/flat',
      expect.objectContaining({
        'tollgate.attempt.outcome': 'answered',
        'tollgate.attempt.charged_usd': '0.000050000',
        'http.response.status_code': 200,
      }),
    ],
  ])
  expect(await record()).toMatchObject([{ lostNanoUsd: 0 }, { chargedNanoUsd: 50_000 }])
  expect(await spent()).toBe(50_000)
})

it('an answer that was not the first to be paid costs what it cost itself: the sum of the attempts is the charge', async () => {
  const { first, ask, spans, record, spent } = await traced()
  first.next(dieAfter(0))
  await (await ask()).text()
  const [lost, answered] = await record()
  expect(lost!.lostNanoUsd).toBeGreaterThan(0)
  expect(answered!.chargedNanoUsd).toBe(50_000)
  expect(await spent()).toBe(lost!.lostNanoUsd! + 50_000)
  const { attempts } = await spans(3)
  expect(attempts.map(({ attributes }) => attributes['tollgate.attempt.charged_usd'])).toEqual([
    undefined,
    '0.000050000',
  ])
})

it.each([
  ['broke off', (bench: Traced) => bench.first.next(dieAfter(10)), 'broken'],
  ['was left by its client', (bench: Traced) => bench.first.next({ hold: gate() }), 'left'],
] as const)(
  'a stream that %s is charged for what came, and its span says so',
  async (_, prepare, outcome) => {
    const bench = await traced()
    prepare(bench)
    const client = new AbortController()
    const asking = bench.ask({ stream: true }, { signal: client.signal }).then((answer) => answer.text())
    if (outcome === 'left') {
      await bench.first.waitFor(({ requests }) => requests.length === 1)
      client.abort()
      await expect(asking).rejects.toThrow()
    } else await asking
    const spent = await bench.spent()
    const [attempt] = await bench.record()
    expect(attempt).toMatchObject({ outcome, chargedNanoUsd: spent })
    expect(spent).toBeGreaterThan(0)
    const { attempts } = await bench.spans(2)
    expect(attempts[0]!.attributes['tollgate.attempt.charged_usd']).toBe(nanoToUsd(spent))
  },
)

type Traced = Awaited<ReturnType<typeof traced>>
