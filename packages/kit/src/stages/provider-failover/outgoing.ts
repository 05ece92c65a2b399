import type { IncomingMessage } from 'node:http'
import type { Dispatcher } from 'undici'
import { TollgateError } from '../../core/errors.ts'
import { outputBound } from '../../meter/output-bound.ts'
import { limitsFor } from '../../toll/demand.ts'
import type { Toll } from '../../toll/toll.ts'
import { refuseContinuation } from '../../wire/continuation.ts'
import { type EditOptions, editCall } from '../../wire/edit.ts'
import type { Edits, Format } from '../../wire/format.ts'
import { requestHeaders } from '../../wire/headers.ts'
import type { HostedCall } from '../../wire/hosting.ts'
import { FEATURES, type Feature } from '../../wire/neutral/features.ts'
import { mayHoldWrapped, withoutWrapped } from '../../wire/neutral/wrapped-fields.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import type { Deployment, Provider } from '../../wire/routes.ts'
import { spokenBy } from '../../wire/spoken-by.ts'
import { speaks, type TranslatedCall, translateCall } from '../../wire/translate-call.ts'
import { holdings } from '../owner-check/slots.ts'
import { addressed, baseUrlOf } from './address.ts'
import { authorized } from './authorized.ts'
import { setHeader } from './flat-headers.ts'

/** A call as one deployment is to get it. */
export interface Outgoing {
  readonly origin: string
  readonly path: string
  readonly headers: string[]
  readonly body: Buffer
  readonly provider: Provider
  /** What stands before whoever takes the answer, where its host has a shape of its own for that. */
  readonly framed: ((taker: Dispatcher.DispatchHandler) => Dispatcher.DispatchHandler) | undefined
  /** Absent where the provider speaks as the client does. */
  readonly translated: TranslatedCall | undefined
  /** What the provider cannot be told of it, by translation or because another one has sealed it. */
  readonly lost: readonly Feature[]
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
 * enforcement must change and what its host wants otherwise; translated where it does not. A promise only where a host's
 * credentials have to be fetched, or the request signed, first: `await` it always, it costs nothing where there is none.
 *
 * @throws TollgateError `invalid_request` or `endpoint_not_found` when it cannot be said there, `provider_unavailable` when
 * there are no credentials for it: nothing has been sent then.
 */
export function outgoingCall(options: OutgoingOptions, deployment: Deployment): Outgoing | Promise<Outgoing> {
  const { provider } = deployment
  refuseContinuation(options.call, deployment, holdings.peek(options.req))
  const said = speaks(provider, options.call)
    ? inItsOwn(options, deployment)
    : translated(options, deployment)
  if (options.strict && said.lost.length > 0) throw lossy(said, provider)
  const base = baseUrlOf(provider.baseUrl)
  const { hosting } = provider
  const { type, hosted } = said
  const bytes = hosting?.wrapped?.(said.bytes, hosted) ?? said.bytes
  const headers = requestHeaders(options.req.headers, provider, { bytes: bytes.length, type })
  for (const [name, value] of Object.entries(said.translated?.headers ?? {})) setHeader(headers, name, value)
  const outgoing: Outgoing = {
    origin: base.origin,
    path: addressed(base, said.path),
    headers,
    body: bytes,
    provider,
    framed: hosting?.framed && ((taker) => hosting.framed!(taker, hosted)),
    translated: said.translated,
    lost: said.lost,
  }
  return authorized(outgoing)
}

/** A call in the words of its provider, wherever that is. */
interface Said {
  readonly bytes: Buffer
  readonly type: string
  readonly path: string
  /** The same, as its host is told of it. */
  readonly hosted: HostedCall
  readonly translated: TranslatedCall | undefined
  readonly lost: readonly Feature[]
}

/** What enforcement asks of a call: the model by the deployment's name, and the cap that the reservation pays for. */
function changesOf({ toll }: OutgoingOptions, { model }: Deployment) {
  return toll?.cap === undefined ? { model } : { model, maxOutputTokens: toll.cap }
}

function inItsOwn(options: OutgoingOptions, deployment: Deployment): Said {
  const { call } = options
  const { provider, model } = deployment
  const format = spokenBy(provider, call.format)
  const path = format.path({ model, stream: call.stream, query: call.target.query })
  const hosted = hostedCall(options, deployment, { format, path })
  const unsealed = mayHoldWrapped(call.text) ? withoutWrapped(call.body) : {}
  const fields = { ...unsealed, ...provider.hosting?.fields?.(hosted) }
  const asked = { format, fields }
  const edited = () => editCall(call, changesOf(options, deployment), asked)?.bytes ?? call.bytes
  return {
    bytes: forwardedTo(options, deployment, asked) ?? edited(),
    type: call.contentType,
    path: provider.hosting?.path?.(hosted) ?? path,
    hosted,
    translated: undefined,
    lost: Object.keys(unsealed).length > 0 ? ['foreign_reasoning'] : [],
  }
}

/** What those who reserve have put into the request already, where this deployment is to get just that, and no more. */
function forwardedTo(
  { call, toll }: OutgoingOptions,
  { model }: Deployment,
  { format, fields }: Required<EditOptions>,
): Buffer | undefined {
  const forwarded = toll?.forwarded
  const isSame =
    forwarded?.cap === toll?.cap &&
    model === call.model &&
    format === call.format &&
    Object.keys(fields).length === 0
  return isSame ? forwarded?.bytes : undefined
}

function translated(options: OutgoingOptions, deployment: Deployment): Said {
  const { call, toll } = options
  const { provider } = deployment
  const { hosting } = provider
  const fieldsFor = (format: Format, path: string): Edits =>
    hosting?.fields?.(hostedCall(options, deployment, { format, path })) ?? {}
  const translated = translateCall(call, provider, {
    ...changesOf(options, deployment),
    modelMaxOutput: toll?.demand?.bounds.outputTokens ?? outputBound(call, limitsFor(call, deployment)),
    fieldsFor,
  })
  const hosted = hostedCall(options, deployment, { format: translated.to, path: translated.path })
  return {
    bytes: translated.bytes,
    type: JSON_TYPE,
    path: hosting?.path?.(hosted) ?? translated.path,
    hosted,
    translated,
    lost: translated.lost,
  }
}

function hostedCall(
  { req, call }: OutgoingOptions,
  { model }: Deployment,
  { format, path }: { readonly format: Format; readonly path: string },
): HostedCall {
  return { endpoint: format.endpoint, model, stream: call.stream, path, headers: req.headers }
}

function lossy({ lost, translated }: Said, { name }: Provider): TollgateError {
  const what = lost.map((feature) => FEATURES[feature]).join(', ')
  return new TollgateError('invalid_request', {
    message: `${name} ${translated ? 'speaks another dialect, which cannot say' : 'cannot read'} all of this request: ${what}. Leave it out, or do not ask for a strict translation.`,
  })
}
