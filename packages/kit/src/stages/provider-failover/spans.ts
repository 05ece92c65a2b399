import type { Tracer } from '@opentelemetry/api'
import { nanoToUsd } from '../../core/money.ts'
import type { Attempt } from './slots.ts'

/** Tells a service's own tracing of each attempt, as a span below whatever is active for the request. */
export interface AttemptSpans {
  /** An attempt is over: its span ends then, and is told once it is said what it has cost. */
  over(attempt: Attempt, endedAtMs: number): TellSpan
}

/** Tell a span, with what its attempt has cost, nano-USD; undefined where nobody pays, or that is in it already. */
export type TellSpan = (chargedNanoUsd?: number) => void

const NOBODY_LISTENS: TellSpan = () => {}

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
    over(attempt, endedAtMs) {
      if (!api || !tracer) return NOBODY_LISTENS
      const { provider, model, outcome, durationMs } = attempt
      const span = tracer.startSpan(`attempt ${provider}/${model}`, {
        kind: api.SpanKind.CLIENT,
        startTime: endedAtMs - durationMs,
        attributes: { 'gen_ai.provider.name': provider, 'gen_ai.request.model': model },
      })
      // The library may be there without anybody who has registered a tracing, or wants this one.
      if (!span.isRecording()) return NOBODY_LISTENS
      span.setAttributes(attributesOf(attempt))
      if (outcome !== 'answered' && outcome !== 'left' && outcome !== 'skipped')
        span.setStatus({ code: api.SpanStatusCode.ERROR })
      return (chargedNanoUsd) => {
        if (chargedNanoUsd !== undefined)
          span.setAttribute('tollgate.attempt.charged_usd', nanoToUsd(chargedNanoUsd))
        span.end(endedAtMs)
      }
    },
  }
}

function attributesOf(attempt: Attempt): Record<string, string | number> {
  const { key, status, outcome, reason, despite, firstByteMs, lostNanoUsd } = attempt
  return {
    'tollgate.attempt.outcome': outcome,
    ...(status !== undefined && { 'http.response.status_code': status }),
    ...(reason !== undefined && { 'error.type': reason }),
    ...(key !== undefined && { 'tollgate.attempt.key': key }),
    ...(despite !== undefined && { 'tollgate.attempt.despite': despite }),
    ...(firstByteMs !== undefined && { 'tollgate.attempt.first_byte_ms': firstByteMs }),
    ...(lostNanoUsd !== undefined && { 'tollgate.attempt.lost_usd': nanoToUsd(lostNanoUsd) }),
  }
}
