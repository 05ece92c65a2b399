import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { compose, identify, providerFailover } from '@tollgate/kit'
import { routing } from '@tollgate/kit/stages/provider-failover'
import { overloaded, simulatedProvider } from '@tollgate/testing'
import express from 'express'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'

it('each attempt is a span below the request’s own, with what became of it', async () => {
  const exporter = new InMemorySpanExporter()
  const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(tracing)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const [first, second] = [await simulatedProvider(), await simulatedProvider()]
  for (const { close } of [first, second, { close: () => tracing.shutdown() }]) closeAfter(() => close())
  const routes = routing({
    providers: [
      { name: 'first', dialect: 'openai', baseUrl: first.url, apiKey: 'sk-1' },
      { name: 'second', dialect: 'openai', baseUrl: second.url, apiKey: 'sk-2' },
    ],
    routes: { smart: ['first/gpt-4o-mini', 'second/gpt-4o-mini'] },
  })
  const tracer = trace.getTracer('a service')
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
          identify(() => ({ user: 'ada' })),
          providerFailover({ routes }),
        ),
      ),
  )

  first.next(overloaded)
  const answer = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'smart', messages: [{ role: 'user', content: 'go' }] }),
  })
  expect(answer.status).toBe(200)
  await answer.text()
  await expect.poll(() => exporter.getFinishedSpans().length).toBe(3)

  const spans = exporter.getFinishedSpans()
  const request = spans.find(({ name }) => name === 'the request')!
  const attempts = spans.filter((span) => span !== request)
  expect(attempts.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(
    Array(2).fill(request.spanContext().spanId),
  )
  expect(attempts.map(({ name, attributes }) => [name, attributes])).toEqual([
    [
      'attempt first/gpt-4o-mini',
      expect.objectContaining({
        'gen_ai.provider.name': 'first',
        'tollgate.attempt.outcome': 'refused',
        'error.type': 'overloaded',
        'http.response.status_code': 503,
      }),
    ],
    [
      'attempt second/gpt-4o-mini',
      expect.objectContaining({ 'tollgate.attempt.outcome': 'answered', 'http.response.status_code': 200 }),
    ],
  ])
})
