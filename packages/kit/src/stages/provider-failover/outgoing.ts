import type { IncomingMessage } from 'node:http'
import { TollgateError } from '../../core/errors.ts'
import { modelLimits } from '../../meter/model-limits.ts'
import type { Toll } from '../../toll/toll.ts'
import { editCall } from '../../wire/edit.ts'
import { requestHeaders } from '../../wire/headers.ts'
import { FEATURES } from '../../wire/neutral/features.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import type { Deployment, Provider } from '../../wire/routes.ts'
import { speaks, type TranslatedCall, translateCall } from '../../wire/translate-call.ts'

/** A call as one deployment is to get it. */
export interface Outgoing {
  readonly origin: string
  readonly path: string
  readonly headers: string[]
  readonly body: Buffer
  readonly provider: Provider
  /** Absent where the provider speaks as the client does. */
  readonly translated: TranslatedCall | undefined
}

export interface OutgoingOptions {
  readonly req: IncomingMessage
  readonly call: ReceivedCall
  readonly toll: Toll | undefined
  /** Refuse what a translation would lose. */
  readonly strict: boolean
}

const JSON_TYPE = 'application/json'

/**
 * Make a call ready for a deployment: byte for byte where its provider speaks the client's dialect, but for what
 * enforcement must change, and translated otherwise.
 *
 * @throws TollgateError `invalid_request` or `endpoint_not_found` when it cannot be said there.
 */
export function outgoingCall(options: OutgoingOptions, deployment: Deployment): Outgoing {
  const { provider, model } = deployment
  const { req, call, toll } = options
  const cap = toll?.cap === undefined ? {} : { maxOutputTokens: toll.cap }
  const translated = speaks(provider, call) ? undefined : translatedFor(options, deployment)
  const body = translated?.bytes ?? editCall(call, { model, ...cap })?.bytes ?? call.bytes
  const headers = requestHeaders(req.headers, provider, { bytes: body.length, type: JSON_TYPE })
  for (const [name, value] of Object.entries(translated?.headers ?? {})) setHeader(headers, name, value)
  const path = translated?.path ?? call.format.path({ model, stream: call.stream, query: call.target.query })
  const base = baseOf(provider.baseUrl)
  return { origin: base.origin, path: below(base, path), headers, body, provider, translated }
}

/** What a model answers with at most, where nobody has said so. */
const UNKNOWN_MAX_OUTPUT_TOKENS = 4_096
const limitsOf = modelLimits()

function translatedFor(
  { call, toll, strict }: OutgoingOptions,
  { provider, model }: Deployment,
): TranslatedCall {
  const translated = translateCall(call, provider, {
    model,
    ...(toll?.cap === undefined ? {} : { maxOutputTokens: toll.cap }),
    modelMaxOutput:
      toll?.demand?.bounds.outputTokens ?? limitsOf(model).maxOutput ?? UNKNOWN_MAX_OUTPUT_TOKENS,
  })
  if (strict && translated.lost.length > 0) throw lossy(translated, provider)
  return translated
}

function lossy({ lost }: TranslatedCall, { name }: Provider): TollgateError {
  const what = lost.map((feature) => FEATURES[feature]).join(', ')
  return new TollgateError('invalid_request', {
    message: `${name} speaks another dialect, which cannot say all of this request: ${what}. Leave it out, or do not ask for a strict translation.`,
  })
}

function setHeader(headers: string[], name: string, value: string): void {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] === name) {
      headers[index + 1] = value
      return
    }
  }
  headers.push(name, value)
}

/** A path under a base URL, which may end in the version that the path begins with. */
function below({ path: base }: Base, path: string): string {
  return base.endsWith('/v1') && path.startsWith('/v1/') ? base + path.slice(3) : base + path
}

interface Base {
  readonly origin: string
  readonly path: string
}

const bases = new Map<string, Base>()

/** A provider's base URL in the two parts that a request needs; there are as many as providers. */
function baseOf(baseUrl: string): Base {
  const known = bases.get(baseUrl)
  if (known) return known
  const url = new URL(baseUrl)
  const base = { origin: url.origin, path: url.pathname.replace(/\/+$/, '') }
  bases.set(baseUrl, base)
  return base
}
