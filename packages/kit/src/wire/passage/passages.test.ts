import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { nanoUsd } from '../../core/money.ts'
import type { Meter } from './meter.ts'
import { providerPassages } from './passages.ts'

const openai = { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' } as const
const anthropic = { name: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' } as const
const gemini = {
  name: 'gemini',
  dialect: 'gemini',
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
} as const
const meterOf = (cents: number): Meter => ({ unit: 'request', reserve: nanoUsd(cents * 10_000_000) })
const scribe = {
  name: 'scribe',
  dialect: 'http',
  baseUrl: 'https://api.scribe.example',
  meter: meterOf(1),
  meters: {
    'GET /v1/jobs/*': meterOf(0),
    '/v1/jobs/*': meterOf(2),
    '/v1/*/search': meterOf(3),
    'POST /v1/a.b': meterOf(4),
  },
} as const
const providers = [openai, anthropic, gemini, scribe]
const passages = providerPassages({ providers })

function asked(line: string, headers: Record<string, string> = {}, originalUrl?: string): IncomingMessage {
  const [method, url] = line.split(' ')
  return { method, url, headers, ...(originalUrl && { originalUrl }) } as unknown as IncomingMessage
}

function where(line: string, headers = {}, originalUrl?: string): string | undefined {
  const found = passages.resolve(asked(line, headers, originalUrl))
  return found && `${found.provider.name} ${found.path}`
}

describe('where requests go that are no calls of models', () => {
  it.each([
    ['GET /v1/files', 'openai /files'],
    ['POST /openai/v1/batches', 'openai /batches'],
    ['POST /openai/batches', 'openai /batches'],
    ['GET /v1/files/file-1/content?x=1&y=%20', 'openai /files/file-1/content?x=1&y=%20'],
    ['GET /anthropic/v1/files', 'anthropic /v1/files'],
    ['GET /v1/messages/batches', 'anthropic /v1/messages/batches'],
    ['GET /v1beta/cachedContents', 'gemini /cachedContents'],
    ['POST /v1beta/models/veo-3:predictLongRunning', 'gemini /models/veo-3:predictLongRunning'],
    ['GET /gemini/v1beta/files/x', 'gemini /files/x'],
    ['GET /gemini/v1/files/x', 'gemini /files/x'],
    ['GET /v1alpha/files', 'gemini /files'],
    ['POST /scribe/v1/listen', 'scribe /v1/listen'],
    // An API of one's own may call its paths as it likes.
    ['POST /scribe/v1/embeddings', 'scribe /v1/embeddings'],
    ['GET /scribe/v1/caf%C3%A9%20au%20lait', 'scribe /v1/caf%C3%A9%20au%20lait'],
  ])('%s: %s', (line, there) => {
    expect(where(line)).toBe(there)
  })

  it('by the headers that only one family of SDKs sends', () => {
    expect(where('GET /v1/files', { 'anthropic-version': '2023-06-01' })).toBe('anthropic /v1/files')
  })

  it.each([
    ['/files', '/v1/files', 'openai /files'],
    ['/openai/v1/files', '/llm/openai/v1/files', 'openai /files'],
    ['/v1/files', '/llm/v1/files', 'openai /files'],
    ['/messages/batches', '/v1/messages/batches', 'anthropic /v1/messages/batches'],
  ])('%s of a host that is mounted for %s', (url, originalUrl, there) => {
    expect(where(`GET ${url}`, {}, originalUrl)).toBe(there)
  })

  it.each([
    // Calls of models are metered by their tokens, or not at all, however they are spelt.
    'POST /v1/chat/completions',
    'POST /openai/v1/chat/completions',
    'POST /openai/v1/Chat/Completions',
    'POST /openai/v1/EMBEDDINGS',
    'POST /openai/v1/chat/completions/',
    'POST /openai/v1/chat%2Fcompletions',
    'POST /openai/v1/chat/%63ompletions',
    'POST /openai/v1/chat/completions;x',
    'POST /openai/v1/chat/completions%3Bx',
    'POST /openai/v1/chat/completions%00',
    'POST /openai/v1/chat/completions#',
    'POST /openai/v1/chat/completions%23',
    'POST /openai/v1/chat/completions%3f',
    'POST /openai/v1//chat/completions',
    'POST /openai//v1/batches',
    'POST //openai/v1/batches',
    'POST /openai/../anthropic/v1/batches',
    'POST /openai/v1/files/../batches',
    'POST /openai/v1/files/.%2e/batches',
    'POST /openai/v1/files/./batches',
    'POST /openai/v1/files\\batches',
    'POST /openai/v1/files%5cbatches',
    'POST /openai/v1/batches%252F',
    'POST /openai/v1/batches%',
    'POST /openai/v1/bat ches',
    'POST http://evil.example/openai/v1/batches',
    'POST https://api.openai.com/v1/batches',
    // Another name, and another case of one.
    'GET /OpenAI/v1/files',
    'GET /openai2/v1/files',
    'GET /openai.evil/v1/files',
    'GET /openai@evil/v1/files',
    'GET /',
    'GET /openai',
    'GET /openai/',
    'GET /v1',
    'GET /openai/v1',
    'GET /scribe/v1',
    'GET /files',
    'GET /V1/files',
    // Methods that some servers take for others, or answer with what they were sent.
    'TRACE /scribe/v1/listen',
    'CONNECT /scribe/v1/listen',
    'post /scribe/v1/listen',
    'PROPFIND /scribe/v1/listen',
    // A credential in the address.
    'GET /gemini/v1beta/files?key=AIza',
    'GET /gemini/v1beta/files?k%65y=AIza',
    'GET /gemini/v1beta/files?KEY=AIza',
    'GET /openai/v1/files?a=1&api_key=x',
    'GET /scribe/v1/listen?access_token=x',
    // Ways past every budget, the administration of the account, and the list that is the gateway's own.
    'POST /v1/realtime/client_secrets',
    'POST /openai/v1/realtime/calls',
    'POST /openai/v1/v1/realtime/sessions',
    'POST /openai/v1/Realtime/sessions',
    'POST /openai/realtime/sessions',
    'POST /v1/chatkit/sessions',
    'GET /openai/v1/organization/admin_api_keys',
    'GET /anthropic/v1/organizations/api_keys',
    'POST /gemini/v1alpha/auth_tokens',
    'POST /v1alpha/authTokens',
    'GET /openai/v1/models',
    'GET /openai/v1/models/gpt-4o',
    'GET /v1beta/models',
  ])('%s: nowhere', (line) => {
    const at = line.indexOf(' ')
    const request = { method: line.slice(0, at), url: line.slice(at + 1), headers: {} }
    expect(passages.resolve(request as unknown as IncomingMessage)).toBeUndefined()
  })

  it('nowhere where the host does not say what it is asked', () => {
    const azure = { ...openai, name: 'azure', hosting: {} }
    const only = providerPassages({ providers: [azure] })
    expect(only.resolve(asked('GET /azure/v1/files'))).toBeUndefined()
    expect(only.resolve(asked('GET /v1/files'))).toBeUndefined()
  })

  it.each([
    ['POST /upload/v1beta/files', '/upload/v1beta /files nothing'],
    [
      'POST /gemini/upload/v1beta/files?upload_id=a&upload_protocol=resumable',
      '/upload/v1beta /files?upload_id=a&upload_protocol=resumable nothing',
    ],
    ['PUT /upload/v1beta/files?upload_id=a', '/upload/v1beta /files?upload_id=a nothing'],
    [
      'POST /upload/v1beta/fileSearchStores/s:uploadToFileSearchStore',
      '/upload/v1beta /fileSearchStores/s:uploadToFileSearchStore unknown',
    ],
    ['POST /upload/v1beta/FILES', '/upload/v1beta /FILES unknown'],
  ])('files are taken at an address of their own: %s', (line, there) => {
    const found = passages.resolve(asked(line))
    expect(
      `${found?.baseUrl.replace('https://generativelanguage.googleapis.com', '')} ${found?.path} ${found?.cost}`,
    ).toBe(there)
    expect(found?.uploads).toBe(true)
  })

  it.each([
    'POST /upload/v1beta/models/gemini-2.5-pro:generateContent',
    'POST /upload/v1beta/auth_tokens',
    'POST /upload/v1beta/batches',
    'POST /upload/files',
    'POST /upload/v1beta/files?$httpMethod=DELETE',
    'POST /upload/v1beta/files?$httpHeaders=x-goog-api-key%3A1',
    'POST /upload/v1beta/files?oauth_token=1',
  ])('and nothing else is: %s', (line) => {
    expect(passages.resolve(asked(line))).toBeUndefined()
  })

  it('another dialect’s provider has no such address', () => {
    const only = providerPassages({ providers: [openai] })
    expect(only.resolve(asked('POST /upload/v1/files'))).toBeUndefined()
  })
})

describe('what they cost', () => {
  const cost = (line: string) => {
    const found = passages.resolve(asked(line))?.cost
    return typeof found === 'object' ? found.reserve / 10_000_000 : found
  }

  it.each([
    ['GET /v1/files', 'nothing'],
    ['HEAD /v1/files', 'nothing'],
    ['DELETE /v1/files/file-1', 'nothing'],
    ['OPTIONS /v1/files', 'nothing'],
    ['POST /v1/files', 'nothing'],
    ['POST /v1/uploads/upload_1/parts', 'nothing'],
    ['GET /v1/batches/batch_1', 'nothing'],
    ['POST /v1/batches/batch_1/cancel', 'nothing'],
    ['GET /v1/responses/resp_1', 'nothing'],
    ['GET /v1/responses/resp_1/input_items', 'nothing'],
    ['POST /v1/responses/resp_1/cancel', 'nothing'],
    ['POST /v1/batches', 'unknown'],
    ['POST /v1/fine_tuning/jobs', 'unknown'],
    ['POST /v1/fine_tuning/jobs/ftjob-1/resume', 'unknown'],
    ['POST /v1/threads/thread_1/runs', 'unknown'],
    ['POST /v1/vector_stores', 'unknown'],
    ['POST /v1/responses/compact', 'unknown'],
    ['POST /v1/containers', 'unknown'],
    ['GET /v1/unheard-of', 'unknown'],
    ['GET /v1/filesystem', 'unknown'],
    ['GET /v1/FILES', 'unknown'],
    ['PUT /v1/files', 'unknown'],
    ['GET /v1/messages/batches/b/results', 'nothing'],
    ['POST /v1/messages/batches', 'unknown'],
    ['POST /v1/messages/batches/b/cancel', 'nothing'],
    ['GET /v1beta/cachedContents/c', 'nothing'],
    ['POST /v1beta/cachedContents', 'unknown'],
    ['PATCH /v1beta/cachedContents/c', 'unknown'],
    ['GET /v1beta/models/veo-3/operations/o', 'nothing'],
    ['POST /v1beta/models/gemini-2.5-pro:batchGenerateContent', 'unknown'],
    ['POST /scribe/v1/listen', 1],
    ['GET /scribe/v1/jobs/j', 0],
    ['POST /scribe/v1/jobs/j', 2],
    ['POST /scribe/v1/jobs', 1],
    ['POST /scribe/v1/web/search', 3],
    ['POST /scribe/v1/web/x/search', 1],
    ['POST /scribe/v1/a.b', 4],
    ['POST /scribe/v1/axb', 1],
  ])('%s: %s', (line, expected) => {
    expect(cost(line)).toBe(expected)
  })

  it('a meter for no path is refused at assembly', () => {
    const meters = { batches: meterOf(1) }
    expect(() => providerPassages({ providers: [{ ...openai, meters }] })).toThrow(RangeError)
  })
})
