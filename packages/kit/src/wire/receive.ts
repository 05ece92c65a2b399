import type { IncomingMessage } from 'node:http'
import { DEFAULT_MAX_BODY_BYTES, readBody } from '../core/body.ts'
import { TollgateError } from '../core/errors.ts'
import { slot } from '../core/slot.ts'
import type { Call } from './call.ts'
import type { Endpoint } from './endpoint.ts'
import type { Format } from './format.ts'
import { CALL_PATHS, formatAt, formatOf } from './formats.ts'
import { invalid, isObject, type JsonObject } from './json.ts'
import { type Fields, scanFields } from './json-fields.ts'
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
  /\/(?:responses|images|audio|moderations|realtime|fine_tuning|batches|files|uploads|assistants|threads|vector_stores|videos|interactions|cachedContents)(?:\/|$)/

/** A provider's endpoint that is none of ours: what is asked there has a price that is not known. */
export function isUnpricedEndpoint(path: string): boolean {
  return OTHER_ENDPOINT.test(path)
}

/** A path that is none of ours, and those that are: an SDK that was pointed here can be told to call another one. */
export function noEndpoint(why: string): TollgateError {
  const served = CALL_PATHS.join(', ')
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
  return parseCall(await readBody(req, maxBodyBytes), urlOf(req), format)
}

/** Read a call from its bytes, as they came to a URL; without its path's format the body's shape decides. */
export function parseCall(bytes: Buffer, url: string, known?: Format): ReceivedCall | undefined {
  const text = bytes.toString('utf8')
  const read = readObject(text, known !== undefined)
  if (!read) return undefined
  const { body, fields } = read
  const format = known ?? formatOfBody(body)
  if (!format) return undefined
  refuseAmbiguity(text, fields, format)
  const target = targetOf(url, bytes.length)
  const call = format.read(body, target)
  return { ...(known ? call : guessed(call, body)), format, target, bytes, text, fields, body }
}

/**
 * Two parsers may disagree about a field that is given twice, or in another case (some of them match names without
 * regard to it): what we checked must be what the provider reads. So it is with what stands inside: a cap may be a field
 * of a field.
 */
function refuseAmbiguity(text: string, { spans, duplicates }: Fields, { guarded }: Format): void {
  const spellings = spellingsOf(guarded)
  for (const [name, { start, end }] of spans) {
    const known = spellings.get(caseFold(name))
    if (known === undefined) continue
    if (name !== known) throw invalid(known, `\`${name}\` is not a field: write \`${known}\`.`)
    if (duplicates.has(name)) throw givenTwice(name, name)
    if (text[start] === '{') refuseDuplicatesIn(name, text.slice(start, end))
  }
}

function refuseDuplicatesIn(name: string, object: string): void {
  let duplicates: ReadonlySet<string>
  try {
    duplicates = scanFields(object).duplicates
  } catch {
    throw invalid(name, `\`${name}\` has more fields than any request needs.`)
  }
  const [inner] = duplicates
  if (inner !== undefined) throw givenTwice(name, `${name}.${inner}`)
}

function givenTwice(param: string, path: string): TollgateError {
  return invalid(param, `\`${path}\` is given twice: two readers may disagree about which one counts.`)
}

/** A name as such parsers fold it, both ways: `\u017f` is a small s, and `\u212a` a capital K. */
function caseFold(name: string): string {
  return name.toUpperCase().toLowerCase()
}

const folded = new WeakMap<ReadonlySet<string>, ReadonlyMap<string, string>>()

/** Guarded fields by their folded names; each format's set is folded once. */
function spellingsOf(guarded: ReadonlySet<string>): ReadonlyMap<string, string> {
  const known = folded.get(guarded)
  if (known) return known
  const spellings = new Map([...guarded].map((name) => [caseFold(name), name]))
  folded.set(guarded, spellings)
  return spellings
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
