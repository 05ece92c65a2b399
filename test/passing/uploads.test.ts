import { GoogleGenAI } from '@google/genai'
import { describe, expect, it } from 'vitest'
import {
  OPERATORS_KEY,
  type PaidApi,
  type PassingService,
  paidApi,
  passingService,
  type Serving,
} from '../support/passing.ts'
import { BUDGETS } from '../support/two-apis.ts'

const BYTES = 'What a toll is. '.repeat(1000)

/** Takes files as Gemini does: https://ai.google.dev/gemini-api/docs/files#upload-rest */
const files: Serving = (res, { headers, url = '' }) => {
  if (headers['x-goog-upload-command'] === 'start') {
    res.writeHead(200, {
      'x-goog-upload-url': `https://generativelanguage.googleapis.com${url}?upload_id=AB-1&upload_protocol=resumable&key=${OPERATORS_KEY}`,
      'x-goog-upload-status': 'active',
      'x-goog-upload-chunk-granularity': '262144',
      'x-goog-upload-control-url': 'https://generativelanguage.googleapis.com/control',
    })
    return res.end()
  }
  res.writeHead(200, { 'content-type': 'application/json', 'x-goog-upload-status': 'final' })
  res.end(
    JSON.stringify({
      file: { name: 'files/a', uri: 'https://generativelanguage.googleapis.com/v1beta/files/a' },
    }),
  )
}

async function uploads(): Promise<PassingService & { readonly api: PaidApi }> {
  const api = await paidApi(files)
  const gemini = {
    name: 'gemini',
    dialect: 'gemini',
    baseUrl: `${api.url}/v1beta`,
    apiKey: OPERATORS_KEY,
  } as const
  return { api, ...(await passingService({ providers: [gemini], budgets: BUDGETS })) }
}

const START = ['x-goog-upload-protocol', 'resumable', 'x-goog-upload-command', 'start']

describe('a file for Gemini', () => {
  it('is brought by Google’s own client', async () => {
    const { api, url, key } = await uploads()
    const google = new GoogleGenAI({ apiKey: key.secret, httpOptions: { baseUrl: url } })
    const file = await google.files.upload({ file: new Blob([BYTES], { type: 'text/plain' }) })
    expect(file.name).toBe('files/a')
    const [start, upload] = api.arrived
    expect(start).toMatchObject({ method: 'POST', url: '/upload/v1beta/files' })
    expect(start!.headers).toMatchObject({
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(BYTES.length),
      'x-goog-upload-header-content-type': 'text/plain',
    })
    expect(upload!.url).toBe('/upload/v1beta/files?upload_id=AB-1&upload_protocol=resumable')
    expect(upload!.headers).toMatchObject({
      'x-goog-upload-command': 'upload, finalize',
      'x-goog-upload-offset': '0',
    })
    expect(upload!.body.toString()).toBe(BYTES)
    expect(api.arrived.map(({ headers }) => headers['x-goog-api-key'])).toEqual([
      OPERATORS_KEY,
      OPERATORS_KEY,
    ])
  })

  it.each([
    ['/upload/v1beta/files', 'http', []],
    ['/gemini/upload/v1beta/files', 'http', []],
    ['/upload/v1beta/files', 'https', ['x-forwarded-proto', 'https']],
  ])('goes where it was begun, and not past everything: %s by %s', async (path, scheme, more) => {
    const { raw, url } = await uploads()
    const { headers } = await raw({ method: 'POST', path, headers: [...START, ...more] })
    expect(headers).toMatchObject({
      'x-goog-upload-status': 'active',
      'x-goog-upload-chunk-granularity': '262144',
      'x-goog-upload-url': `${url.replace('http', scheme)}${path}?upload_id=AB-1&upload_protocol=resumable`,
    })
    expect(JSON.stringify(headers)).not.toMatch(/googleapis|operators/)
  })

  it('needs a key at each of its requests', async () => {
    const { api, url } = await uploads()
    const answer = await fetch(`${url}/upload/v1beta/files?upload_id=AB-1&upload_protocol=resumable`, {
      method: 'POST',
      headers: { 'x-goog-upload-command': 'upload, finalize' },
      body: 'x',
    })
    expect(answer.status).toBe(401)
    expect(api.arrived).toEqual([])
  })

  it('costs nothing; one that is searched may, and has no known cost', async () => {
    const { api, raw, books } = await uploads()
    await raw({ method: 'POST', path: '/upload/v1beta/files', headers: START })
    const path = '/upload/v1beta/fileSearchStores/s:uploadToFileSearchStore'
    const { status, text } = await raw({ method: 'POST', path, headers: START })
    expect([status, text]).toEqual([400, expect.stringContaining('price_unknown')])
    expect(api.arrived).toHaveLength(1)
    expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  it('is told of by headers that no other path is given', async () => {
    const { api, raw } = await uploads()
    const { headers } = await raw({ method: 'GET', path: '/v1beta/files', headers: START })
    expect(Object.keys(api.arrived[0]!.headers).filter((name) => name.startsWith('x-goog-upload'))).toEqual(
      [],
    )
    expect(Object.keys(headers).filter((name) => name.startsWith('x-goog-upload'))).toEqual([])
  })
})
