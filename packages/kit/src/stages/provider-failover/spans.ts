import type { Tracer } from '@opentelemetry/api'
import { nanoToUsd } from '../../core/money.ts'
import type { Attempt } from './slots.ts'

/** Tells a service's own tracing of each attempt, as a span below whatever is active for the request. */
export interface AttemptSpans {
  tell(attempt: Attempt, endedAtMs: number): void
}

type OpenTelemetry = typeof import('@opentelemetry/api')

/** One that is loaded once a process, and never waited for: where it is not installed nobody listens. */
let loading: Promise<OpenTelemetry | undefined> | undefined

/**
 * Spans by OpenTelemetry, where `@opentelemetry/api` is installed and the service has registered its tracing; nothing, and
 * no cost, where not. Their names are those of its conventions, `gen_ai.*`, `http.*` and `error.type`, with our own beside them:
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 */
export function attemptSpans(): AttemptSpans {
  let api: OpenTelemetry | undefined
  let tracer: Tracer | undefined
  loading ??= import('@opentelemetry/api').catch(() => undefined)
  void loading.then((loaded) => {
    api = loaded
    tracer = loaded?.trace.getTracer('tollgate')
  })
  return {
    tell(attempt, endedAtMs) {
      if (!api || !tracer) return
      const { provider, model, outcome, durationMs } = attempt
      const span = tracer.startSpan(`attempt ${provider}/${model}`, {
        kind: api.SpanKind.CLIENT,
        startTime: endedAtMs - durationMs,
        attributes: attributesOf(attempt),
      })
      if (outcome !== 'answered' && outcome !== 'left' && outcome !== 'skipped')
        span.setStatus({ code: api.SpanStatusCode.ERROR })
      span.end(endedAtMs)
    },
  }
}

function attributesOf(attempt: Attempt): Record<string, string | number> {
  const { provider, model, key, status, outcome, reason, despite, firstByteMs, lostNanoUsd } = attempt
  return {
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
    'tollgate.attempt.outcome': outcome,
    ...(status !== undefined && { 'http.response.status_code': status }),
    ...(reason !== undefined && { 'error.type': reason }),
    ...(key !== undefined && { 'tollgate.attempt.key': key }),
    ...(despite !== undefined && { 'tollgate.attempt.despite': despite }),
    ...(firstByteMs !== undefined && { 'tollgate.attempt.first_byte_ms': firstByteMs }),
    ...(lostNanoUsd !== undefined && { 'tollgate.attempt.lost_usd': nanoToUsd(lostNanoUsd) }),
  }
}
