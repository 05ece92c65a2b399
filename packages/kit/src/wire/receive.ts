import type { IncomingMessage } from 'node:http'
import { DEFAULT_MAX_BODY_BYTES, readBody } from '../core/body.ts'
import { TollgateError } from '../core/errors.ts'
import { slot } from '../core/slot.ts'
import type { Call } from './call.ts'
import type { Endpoint } from './endpoint.ts'
import type { Format } from './format.ts'
import { FORMATS, formatAt, formatOf } from './formats.ts'
import { invalid, isObject, type JsonObject } from './json.ts'
import { type Fields, scanFields } from './json-fields.ts'
import type { ReceivedCall } from './received-call.ts'

/** The call that a request makes, read once by whichever stage needs it first. */
export const call = slot<ReceivedCall | undefined>()('call', 'tier-check or budget-reserve')

/** The path of a request as its client asked for it, without the query; mounted prefixes included. */
export function pathOf(req: IncomingMessage): string {
  const url = (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/'
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

/** Endpoints of providers that cannot be priced yet, or cost by other units: the shape of their body says nothing here. */
const OTHER_ENDPOINT =
  /\/(?:responses|images|audio|moderations|realtime|fine_tuning|batches|files|uploads|assistants|threads|vector_stores|videos)(?:\/|$)/

/** A provider's endpoint that is none of ours: what is asked there has a price that is not known. */
export function isUnpricedEndpoint(path: string): boolean {
  return OTHER_ENDPOINT.test(path)
}

/** A path that is none of ours, and those that are: an SDK that was pointed here can be told to call another one. */
export function noEndpoint(why: string): TollgateError {
  const served = FORMATS.flatMap(({ suffixes }) => suffixes).join(', ')
  return new TollgateError('endpoint_not_found', { message: `${why} This release serves ${served}.` })
}

export interface ReceiveOptions {
  readonly maxBodyBytes?: number
}

/**
 * Read a request as a provider call, once: later stages get the same answer. The endpoint follows from the path, or, on a
 * route of the application's own, from the shape of the body. Undefined when neither is known.
 *
 * @throws TollgateError 400, 405, 413, 415, in the client's dialect: nothing has been spent.
 */
export async function receiveCall(
  req: IncomingMessage,
  { maxBodyBytes = DEFAULT_MAX_BODY_BYTES }: ReceiveOptions = {},
): Promise<ReceivedCall | undefined> {
  if (call.given(req)) return call.peek(req)
  const received = await readCall(req, maxBodyBytes)
  call.set(req, received)
  return received
}

async function readCall(req: IncomingMessage, maxBodyBytes: number): Promise<ReceivedCall | undefined> {
  const path = pathOf(req)
  // No client sends a fragment; a proxy that forwards it would let the path mean two things.
  if (path.includes('#')) throw new TollgateError('invalid_request', { message: 'The path has a fragment.' })
  const format = formatAt(path)
  if (!format && isUnpricedEndpoint(path)) return undefined
  if (format && req.method !== 'POST') {
    throw new TollgateError('method_not_allowed', { headers: { allow: 'POST' } })
  }
  if (req.method === 'GET' || req.method === 'HEAD') return undefined
  if (format) requireJson(req)
  else if (!mayBeJson(req)) return undefined
  return parseCall(await readBody(req, maxBodyBytes), path, format)
}

/** Read a call from its bytes, as they came to a path; without the path's format the body's shape decides. */
export function parseCall(bytes: Buffer, path: string, known?: Format): ReceivedCall | undefined {
  const text = bytes.toString('utf8')
  const read = readObject(text, known !== undefined)
  if (!read) return undefined
  const { body, fields } = read
  const format = known ?? formatOfBody(body)
  if (!format) return undefined
  refuseAmbiguity(fields, format)
  const target = { bytes: bytes.length, path }
  const call = format.read(body, target)
  return { ...(known ? call : guessed(call, body)), format, target, bytes, text, fields, body }
}

/**
 * Two parsers may disagree about a field that is given twice, or in another case (some of them match names without
 * regard to it): what we checked must be what the provider reads.
 */
function refuseAmbiguity({ spans, duplicates }: Fields, { guarded }: Format): void {
  for (const name of spans.keys()) {
    // Both ways, as such parsers fold: `\u017f` is a small s, and `\u212a` a capital K.
    const plain = name.toUpperCase().toLowerCase()
    if (!guarded.has(plain)) continue
    if (name !== plain) throw invalid(plain, `\`${name}\` is not a field: write \`${plain}\`.`)
    if (duplicates.has(name)) {
      throw invalid(name, `\`${name}\` is given twice: two readers may disagree about which one counts.`)
    }
  }
}

/** The scan comes first: it sees how deep the text nests before a parser builds all of it. */
function readObject(text: string, required: boolean): { body: JsonObject; fields: Fields } | undefined {
  try {
    const fields = scanFields(text)
    const body: unknown = JSON.parse(text)
    if (isObject(body)) return { body, fields }
  } catch {
    // Refused below: what exactly is wrong with it is for its sender to find.
  }
  if (!required) return undefined
  throw new TollgateError('invalid_request', {
    message: 'The body is not a JSON object, or nests too deeply.',
  })
}

/** On a route of the application's own, the shape of the body says which call it is. */
function formatOfBody(body: JsonObject): Format | undefined {
  const endpoint = endpointOfBody(body)
  return endpoint && formatOf(endpoint)
}

function endpointOfBody(body: JsonObject): Endpoint | undefined {
  if (typeof body.model !== 'string') return undefined
  if (Array.isArray(body.messages)) return 'chat'
  if (body.prompt !== undefined) return 'completions'
  // Whatever else takes an `input` may answer at any length.
  if (body.input !== undefined && body.model.includes('embed')) return 'embeddings'
  return undefined
}

/** On a route of the application's own nothing is taken for granted that only the provider's endpoint would hold to. */
function guessed(call: Call, body: JsonObject): Call {
  if (call.endpoint !== 'completions' || typeof body.max_tokens === 'number') return call
  const { maxOutputTokens: _, ...unbounded } = call
  return unbounded
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i

/** A body without a type is read as JSON, as OpenAI does; another charset than UTF-8 is not. */
function mayBeJson(req: IncomingMessage): boolean {
  const type = req.headers['content-type']
  return type === undefined || JSON_TYPE.test(type)
}

function requireJson(req: IncomingMessage): void {
  const charset = CHARSET.exec(req.headers['content-type'] ?? '')?.[1]?.toLowerCase()
  if (!mayBeJson(req) || (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')) {
    throw new TollgateError('unsupported_media_type')
  }
}
