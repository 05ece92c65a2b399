import type { IncomingMessage } from 'node:http'
import { DEFAULT_MAX_BODY_BYTES, hasBody, readBody } from '../../core/body.ts'
import { TollgateError } from '../../core/errors.ts'
import { notFound } from '../../wire/continuation.ts'
import { boundaryOf, isForm } from '../../wire/form.ts'
import { invalid, isJsonType } from '../../wire/json.ts'
import { type FormPart, scanForm } from '../../wire/multipart.ts'
import type { Passage } from '../../wire/passage/passages.ts'
import { uploadsNamed } from '../../wire/passage/uploads.ts'
import { withoutVersions } from '../../wire/passage/version.ts'
import type { Provider } from '../../wire/provider.ts'
import type { StoredFacts } from '../../wire/stored/holdings.ts'
import { namedInJson } from '../../wire/stored/named-by-call.ts'
import { namedInForm } from '../../wire/stored/named-in-form.ts'
import { namedInPath } from '../../wire/stored/named-in-path.ts'
import { namedInQuery } from '../../wire/stored/named-in-query.ts'
import { type StoredPlace, storedPlace } from '../../wire/stored/places.ts'
import { namedInRequestFile } from '../../wire/stored/request-file.ts'
import { targetOf } from '../../wire/target.ts'
import type { Register } from './register.ts'
import type { Answering } from './watch-answer.ts'

/** What OpenAI, or Mistral, runs as a batch must be a file that has been read: its requests go on with what they name. */
const RUNS_A_FILE: ReadonlySet<string> = new Set(['/batches', '/batch/jobs'])
/** Where files are brought, which may be larger than what is read here. */
const BRINGS_FILES = /^\/(?:files|uploads\/[^/]+\/parts)$/i

/**
 * Let a request that is no call of a model name only what is its caller's, in its path, its query and its body.
 *
 * @returns what to write down of its answer.
 * @throws TollgateError `not_found` for anything else, whether it is somebody's or nobody's; `endpoint_not_allowed` for what
 * would show or use what everybody has stored; 400, 413 or 415 for a body that cannot be looked through.
 */
export async function checkPassing(
  req: IncomingMessage,
  { provider, path, uploads }: Passage & { readonly provider: Provider },
  { register, keepMs }: { readonly register: Register; readonly keepMs: number },
): Promise<Answering> {
  const { method = '' } = req
  const { path: bare, query } = targetOf(path, 0)
  const plain = withoutVersions(bare)
  const place = storedPlace(provider.dialect, plain)
  if (!uploads) refuseShared(place, method, provider.name)
  const begun = uploads ? uploadsNamed(path) : []
  // What comes at an address for files alone is a file, and names nothing.
  const body = uploads ? NOTHING : await namedInBody(req, plain, place)
  const inPath = namedInPath(provider.dialect, plain, place)
  const named = [...new Set([...inPath.ids, ...namedInQuery(query), ...begun, ...body.named])]
  const own = await ownAmong(named, inPath.words, provider, register)
  if (place?.at === 'all' && RUNS_A_FILE.has(place.name) && !named.every((id) => own.get(id)?.checked))
    throw unchecked()
  return {
    provider: provider.name,
    options: { below: place?.at === 'one' && place.below, named: provider.dialect === 'gemini' },
    ...(isContent(path) && { isContent: true }),
    // A name that its caller may choose is free again when the provider has forgotten what had it, and says so by making it.
    ...(provider.dialect === 'gemini' && method !== 'GET' && place?.at === 'all' && { anew: true }),
    factsOf: () => (body.checked ? { checked: true } : undefined),
    ...(place?.at === 'one' && !place.below && method === 'DELETE' && { forgets: [place.id] }),
    ttlMs: keepMs,
  }
}

/** @throws TollgateError `not_found` when something of it is not the caller's, or a word is somebody else's name for something. */
async function ownAmong(
  named: readonly string[],
  words: readonly string[],
  provider: Provider,
  register: Register,
): Promise<ReadonlyMap<string, StoredFacts>> {
  const own = named.length > 0 ? await register.own(provider, named) : new Map<string, StoredFacts>()
  if (!named.every((id) => own.has(id))) throw notFound()
  if (words.length > 0 && (await register.others(provider, words)).length > 0) throw notFound()
  return own
}

/** Where what is stored comes itself, in place of what is to be said of it. */
function isContent(path: string): boolean {
  const { path: plain, query } = targetOf(path, 0)
  return /(?:\/content|\/results|:download)$/i.test(plain) || [...new URLSearchParams(query)].some(isMedia)
}

/** By either name that Google has for it, however often it is said: https://cloud.google.com/apis/docs/system-parameters */
function isMedia([name, said]: readonly [string, string]): boolean {
  return /^\$?alt$/i.test(name) && /^media$/i.test(said)
}

/** A list is everybody's, and so is what reads it; of what is in no collection that is known nobody can tell whose it is. */
function refuseShared(place: StoredPlace | undefined, method: string, provider: string): void {
  if (place?.at === 'everything' || (place?.at !== 'one' && method !== 'POST')) {
    throw new TollgateError('endpoint_not_allowed', {
      message: `This would show what everybody here has stored at ${provider}. Ask for what is yours by its id.`,
    })
  }
}

interface NamedInBody {
  readonly named: readonly string[]
  /** It is a file of requests, and all that they name is among it. */
  readonly checked: boolean
}

const NOTHING: NamedInBody = { named: [], checked: false }

async function namedInBody(
  req: IncomingMessage,
  path: string,
  place: StoredPlace | undefined,
): Promise<NamedInBody> {
  if (!hasBody(req)) return NOTHING
  const type = req.headers['content-type']
  if (isForm(type)) return namedInFormBody(req, type, BRINGS_FILES.test(path))
  // What is in no collection may be sent anything; only JSON is known to name what is stored.
  if (!place && !isJsonType(type)) return NOTHING
  const bytes = await readBody(req, DEFAULT_MAX_BODY_BYTES)
  return bytes.length === 0 ? NOTHING : { named: namedInJson(bytes.toString('utf8')), checked: false }
}

async function namedInFormBody(req: IncomingMessage, type: string, brings: boolean): Promise<NamedInBody> {
  const bytes = Number(req.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  // A large file is passed on unread: it belongs to whoever brings it, and no batch runs it.
  if (brings && bytes > DEFAULT_MAX_BODY_BYTES) return NOTHING
  const form = await readBody(req, DEFAULT_MAX_BODY_BYTES, 'binary')
  const parts = partsOf(form, type)
  if (!parts && brings) return NOTHING
  if (!parts) throw invalid('body', 'This form cannot be read: its parts are not written plainly.')
  const requests = brings ? namedInRequestFile(parts, form) : undefined
  return { named: [...namedInForm(parts, form), ...(requests ?? [])], checked: requests !== undefined }
}

function partsOf(form: Buffer, type: string): readonly FormPart[] | undefined {
  const boundary = boundaryOf(type)
  try {
    return boundary === undefined ? undefined : scanForm(form, boundary)
  } catch {
    return undefined
  }
}

function unchecked(): TollgateError<'invalid_request'> {
  return invalid(
    'input_file_id',
    'What the requests in this file go on with could not be looked through when it came. Upload it as multipart/form-data with `purpose` batch, one JSON object a line, 32 MiB at the most.',
  )
}
