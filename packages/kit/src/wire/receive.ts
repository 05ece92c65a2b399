import type { IncomingMessage } from 'node:http'
import { DEFAULT_MAX_BODY_BYTES, readBody } from '../core/body.ts'
import { TollgateError } from '../core/errors.ts'
import { slot } from '../core/slot.ts'
import type { Call } from './call.ts'
import { isForm, readForm } from './form.ts'
import type { ClientFormat, Format } from './format.ts'
import { CALL_PATHS, formatAt } from './formats.ts'
import { refuseAmbiguity } from './guarded.ts'
import { isJsonType, isObject, type JsonObject } from './json.ts'
import { type Fields, scanFields } from './json-fields.ts'
import { chat } from './openai/chat/chat.ts'
import { completions } from './openai/completions.ts'
import { embeddings } from './openai/embeddings.ts'
import type { ReceivedCall } from './received-call.ts'
import { targetOf } from './target.ts'

/** The call that a request makes, read once by whichever stage needs it first. */
export const call = slot<ReceivedCall | undefined>()('call', 'tier-check or budget-reserve')

/** The URL of a request as its client asked for it; mounted prefixes included. */
function urlOf(req: IncomingMessage): string {
  return (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/'
}

/** The path of a request as its client asked for it, without the query; mounted prefixes included. */
export function pathOf(req: IncomingMessage): string {
  return targetOf(urlOf(req), 0).path
}

/** Endpoints of providers that cannot be priced yet, or cost by other units: the shape of their body says nothing here. */
const OTHER_ENDPOINT =
  /\/(?:responses|images|audio|realtime|fine_tuning|batches|files|uploads|assistants|threads|vector_stores|videos|interactions|cachedContents)(?:\/|$)/

/** A provider's endpoint that is none of ours: what is asked there has a price that is not known. */
export function isUnpricedEndpoint(path: string): boolean {
  return OTHER_ENDPOINT.test(path)
}

/** A path that is none of ours, and those that are: an SDK that was pointed here can be told to call another one. */
export function noEndpoint(why: string): TollgateError {
  const served = CALL_PATHS.join(', ')
  return new TollgateError('endpoint_not_found', { message: `${why} This release serves ${served}.` })
}

/**
 * Read a request as a provider call, once: later stages get the same answer. The endpoint follows from the path, or, on a
 * route of the application's own, from the shape of the body. Undefined when neither is known.
 *
 * @throws TollgateError 400, 405, 413, 415, in the client's dialect: nothing has been spent.
 */
export async function receiveCall(req: IncomingMessage): Promise<ReceivedCall | undefined> {
  if (call.given(req)) return call.peek(req)
  const received = await readCall(req)
  call.set(req, received)
  return received
}

async function readCall(req: IncomingMessage): Promise<ReceivedCall | undefined> {
  const path = pathOf(req)
  // No client sends a fragment; a proxy that forwards it would let the path mean two things.
  if (path.includes('#')) throw new TollgateError('invalid_request', { message: 'The path has a fragment.' })
  const format = formatAt(path)
  if (!format && isUnpricedEndpoint(path)) return undefined
  if (format && req.method !== 'POST') {
    throw new TollgateError('method_not_allowed', { headers: { allow: 'POST' } })
  }
  if (req.method === 'GET' || req.method === 'HEAD') return undefined
  if (format) requireType(req, format)
  else if (!mayBeJson(req)) return undefined
  const contentType = format?.form && req.headers['content-type']
  const bytes = await readBody(req, DEFAULT_MAX_BODY_BYTES, isForm(contentType) ? 'binary' : 'text')
  return parseCall(bytes, urlOf(req), format, contentType)
}

/**
 * Read a call from its bytes, as they came to a URL; without its path's format the body's shape decides. It is JSON, unless
 * its type says that it is a form and its format takes one.
 */
export function parseCall(
  bytes: Buffer,
  url: string,
  known?: ClientFormat,
  contentType?: string,
): ReceivedCall | undefined {
  if (known?.form && isForm(contentType)) return parseForm(bytes, url, known, contentType)
  const text = bytes.toString('utf8')
  const read = readObject(text, known !== undefined)
  if (!read) return undefined
  const { body, fields } = read
  const format = known ?? formatOfBody(body)
  if (!format) return undefined
  refuseAmbiguity(text, fields, format.guarded)
  const target = targetOf(url, bytes.length)
  const call = format.read(body, target)
  return {
    ...(known ? call : guessed(call, body)),
    format,
    atEndpoint: known !== undefined,
    target,
    bytes,
    contentType: JSON_TYPE,
    text,
    fields,
    body,
  }
}

const NO_FIELDS: Fields = { spans: new Map(), duplicates: new Set(), end: 0 }

function parseForm(bytes: Buffer, url: string, format: ClientFormat, contentType: string): ReceivedCall {
  const { form, body } = readForm(bytes, contentType, { ...format.form!, guarded: format.guarded })
  const target = targetOf(url, bytes.length)
  return {
    ...format.read(body, target),
    format,
    atEndpoint: true,
    target,
    bytes,
    contentType,
    text: '',
    fields: NO_FIELDS,
    form,
    body,
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
function formatOfBody({ model, messages, prompt, input }: JsonObject): ClientFormat | undefined {
  if (typeof model !== 'string') return undefined
  if (Array.isArray(messages)) return chat
  if (prompt !== undefined) return completions
  // Whatever else takes an `input` may answer at any length.
  if (input !== undefined && model.includes('embed')) return embeddings
  return undefined
}

/** On a route of the application's own nothing is taken for granted that only the provider's endpoint would hold to. */
function guessed(call: Call, body: JsonObject): Call {
  if (call.endpoint !== 'completions' || typeof body.max_tokens === 'number') return call
  const { maxOutputTokens: _, ...unbounded } = call
  return unbounded
}

const JSON_TYPE = 'application/json'
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]+)/i

/** A body without a type is read as JSON, as OpenAI does; another charset than UTF-8 is not. */
function mayBeJson(req: IncomingMessage): boolean {
  const type = req.headers['content-type']
  return type === undefined || isJsonType(type)
}

function requireType(req: IncomingMessage, { form }: Format): void {
  const type = req.headers['content-type']
  if (form && isForm(type)) return
  const charset = CHARSET.exec(type ?? '')?.[1]?.toLowerCase()
  const isUtf8 = charset === undefined || charset === 'utf-8' || charset === 'utf8'
  if (form?.orJson !== false && mayBeJson(req) && isUtf8) return
  throw new TollgateError('unsupported_media_type', {
    ...(form ? { message: `This endpoint takes ${form.orJson ? 'JSON or ' : ''}multipart/form-data.` } : {}),
  })
}
