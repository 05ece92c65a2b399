import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { VERSION_AT_END } from './version.ts'

/**
 * Gemini takes files at addresses of their own, before whose version this stands. An upload is begun by one request, whose
 * answer says where the bytes are to go: https://ai.google.dev/gemini-api/docs/files#upload-rest
 */
export const UPLOADS: RegExp = /^\/upload(?=\/)/

/** Headers of such requests, which no other path is given. */
export const UPLOAD_HEADERS: readonly string[] = [
  'x-goog-upload-command',
  'x-goog-upload-file-name',
  'x-goog-upload-header-content-length',
  'x-goog-upload-header-content-type',
  'x-goog-upload-offset',
  'x-goog-upload-protocol',
]

/** Headers of their answers: how far an upload is, and in which pieces it may come. */
export const UPLOAD_ANSWERS: ReadonlySet<string> = new Set([
  'x-goog-upload-chunk-granularity',
  'x-goog-upload-size-received',
  'x-goog-upload-status',
])

/** Where a provider says that the bytes are to go. */
export const UPLOAD_URL = 'x-goog-upload-url'

/** Where files are taken that others are called at: `https://…/v1beta` takes them at `https://…/upload/v1beta`. */
export function uploadBase(baseUrl: string): string {
  const [version = ''] = VERSION_AT_END.exec(baseUrl) ?? []
  return `${baseUrl.slice(0, baseUrl.length - version.length)}/upload${version}`
}

/** What of a provider's own address says which upload it is. Whatever else it may say, a key among it, stays here. */
const NAMING = ['upload_id', 'upload_protocol'] as const

/**
 * Where the client is to send its bytes in place of where the provider wants them: to the path that it has begun at, so that
 * they pass by the same stages. Undefined where the provider's address names no upload.
 */
export function uploadUrlHere(theirs: string, req: IncomingMessage): string | undefined {
  const { searchParams } = URL.parse(theirs) ?? {}
  const { host } = req.headers
  if (!searchParams?.has('upload_id') || host === undefined) return undefined
  const query = new URLSearchParams()
  for (const name of NAMING) if (searchParams.has(name)) query.set(name, searchParams.get(name)!)
  const { originalUrl = req.url ?? '' } = req as { originalUrl?: string }
  return `${schemeOf(req)}://${host}${originalUrl.split('?', 1)[0]}?${query}`
}

/** The fields of a query that may name an upload, as the most lenient reader takes them. */
const isUploadId = (name: string) => name.toLowerCase().replaceAll('_', '') === 'uploadid'

/** The uploads that an address or a query goes on with, by names that nothing else has. */
export function uploadsNamed(address: string): readonly string[] {
  const mark = address.indexOf('?')
  if (mark === -1) return []
  const given = [...new URLSearchParams(address.slice(mark))]
  return given.filter(([name]) => isUploadId(name)).map(([, id]) => `upload_id=${id}`)
}

/**
 * How the client has come. Where TLS ends before this process, whoever ended it says so; a client that says it itself is
 * told to come back in a safer way than it came.
 */
function schemeOf({ socket, headers }: IncomingMessage): 'http' | 'https' {
  const [said] = String(headers['x-forwarded-proto'] ?? '').split(',', 1)
  return (socket as TLSSocket).encrypted || said!.trim().toLowerCase() === 'https' ? 'https' : 'http'
}
