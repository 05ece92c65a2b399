import { ownerCheck, sqliteOwners } from '@tollgate/kit'
import type { Provider } from '@tollgate/kit/wire'
import { type TestKey, testKey } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { OPERATORS_KEY, paidApi, passingService, type Serving } from '../support/passing.ts'
import { ask, type RawRequest } from '../support/raw.ts'

const eve = testKey()

/** Answers as OpenAI does, as far as it has ids: what is made gets one, and what is asked for is there. */
function storing(): Serving {
  let made = 0
  return (res, { method, url = '' }) => {
    const [, collection = '', id, below] = url.replace(/^\/v1/, '').split(/[/?]/)
    made += 1
    const name = id ?? `${collection}-${made}`
    const thing = {
      id: name,
      output_file_id: `out-of-${name}`,
      metadata: { id: 'forged', file: { id: 'forged' } },
    }
    const answer = below ? { object: 'list', data: [{ id: `below-${name}` }] } : thing
    res.writeHead(method === 'GET' && id === 'gone' ? 404 : 200, { 'content-type': 'application/json' })
    res.end(JSON.stringify(answer))
  }
}

async function owning(serving: Serving = storing(), more: Partial<Provider> = {}) {
  const api = await paidApi(serving)
  const owners = sqliteOwners(':memory:')
  closeAfter(async () => owners.close())
  const openai: Provider = {
    name: 'openai',
    dialect: 'openai',
    baseUrl: `${api.url}/v1`,
    apiKey: OPERATORS_KEY,
    conversations: 'owned',
    ...more,
  }
  const service = await passingService({
    providers: [openai],
    keys: [eve],
    between: (passages) => [ownerCheck({ owners, providers: [openai], passages })],
  })
  await service.ledger.provision(eve.org, eve.account, [])
  const as =
    ({ authorization }: TestKey) =>
    async ({ headers = [], ...request }: RawRequest) => {
      const answer = await ask(service.url, {
        ...request,
        headers: ['authorization', authorization, ...headers],
      })
      const json = answer.text === '' ? {} : JSON.parse(answer.text)
      return { ...answer, id: json.id as string, code: json.error?.code as string | undefined }
    }
  return { api, owners, service, ours: as(service.key), hers: as(eve) }
}

const JSON_TYPE = ['content-type', 'application/json']
const get = (path: string): RawRequest => ({ method: 'GET', path })
const post = (path: string, body: unknown = {}): RawRequest => ({
  path,
  headers: JSON_TYPE,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

const BOUNDARY = 'tollgate-boundary'

/** A form as clients write it. */
function form(
  path: string,
  fields: readonly (readonly [name: string, value: string, file?: string])[],
): RawRequest {
  const parts = fields.map(
    ([name, value, file]) =>
      `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${file ? `; filename="${file}"` : ''}\r\n\r\n${value}\r\n`,
  )
  return {
    path,
    headers: ['content-type', `multipart/form-data; boundary=${BOUNDARY}`],
    body: `${parts.join('')}--${BOUNDARY}--\r\n`,
  }
}

const lines = (...bodies: readonly object[]) =>
  bodies.map((body, at) => JSON.stringify({ custom_id: `${at}`, url: '/v1/responses', body })).join('\n')
const batchFile = (content: string) =>
  form('/v1/files', [
    ['purpose', 'batch'],
    ['file', content, 'requests.jsonl'],
  ])

describe('what a provider stores', () => {
  it.each(['files', 'vector_stores', 'conversations', 'assistants', 'threads', 'containers', 'uploads'])(
    '%s: whoever has made one sees, changes and deletes it; nobody else does',
    async (collection) => {
      const { ours, hers, api } = await owning()
      const { id } = await ours(post(`/v1/${collection}`))
      const asked = api.arrived.length
      for (const request of [
        get(`/v1/${collection}/${id}`),
        post(`/v1/${collection}/${id}`),
        get(`/v1/${collection}/${id}/content`),
        { method: 'DELETE', path: `/v1/${collection}/${id}` },
        get(`/v1/${collection.toUpperCase()}/${id}`),
        get(`/openai/v1/${collection}/${id}`),
      ]) {
        const answer = await hers(request)
        expect([answer.status, answer.code], JSON.stringify(request)).toEqual([404, 'not_found'])
      }
      expect(api.arrived).toHaveLength(asked)
      for (const request of [
        get(`/v1/${collection}/${id}`),
        post(`/v1/${collection}/${id}`),
        get(`/v1/${collection}/${id}/content`),
      ])
        expect((await ours(request)).status).toBe(200)
    },
  )

  it('is nobody’s once its owner has deleted it', async () => {
    const { ours, hers } = await owning()
    const { id } = await ours(post('/v1/conversations'))
    expect((await ours({ method: 'DELETE', path: `/v1/conversations/${id}` })).status).toBe(200)
    expect((await ours(get(`/v1/conversations/${id}`))).status).toBe(404)
    expect((await hers(get(`/v1/conversations/${id}`))).status).toBe(404)
  })

  it('is told from what never was by nothing', async () => {
    const { ours, hers } = await owning()
    const { id } = await ours(post('/v1/conversations'))
    const [theirs, never] = await Promise.all(
      [id, 'gone'].map((one) => hers(get(`/v1/conversations/${one}`))),
    )
    const shown = ({ status, text, headers }: typeof theirs & object) => [
      status,
      text.replace(/Ref [^.]+/, ''),
      Object.keys(headers).toSorted(),
    ]
    expect(shown(theirs!)).toEqual(shown(never!))
  })

  it('makes more of itself, which is its owner’s: a batch has files, a conversation has items', async () => {
    const { ours, hers } = await owning()
    const { id: file } = await ours(batchFile(lines({ model: 'm', input: 'x' })))
    const { id: batch } = await ours(post('/v1/batches', { input_file_id: file }))
    expect((await ours(get(`/v1/files/out-of-${batch}`))).status).toBe(200)
    expect((await hers(get(`/v1/files/out-of-${batch}`))).status).toBe(404)
  })

  it('is listed for nobody, nor read as a whole', async () => {
    const { ours, api } = await owning()
    for (const path of ['/v1/files', '/v1/files?after=x', '/v1/batches', '/v1/vector_stores', '/v1/evals']) {
      const { status } = await ours(get(path))
      expect([403, 404], path).toContain(status)
    }
    expect((await ours(post('/v1/evals', {}))).code).toBe('endpoint_not_allowed')
    expect(api.arrived).toEqual([])
  })

  it('is not looked after where everybody is one tenant', async () => {
    const { hers } = await owning(storing(), { conversations: 'shared' })
    expect((await hers(get('/v1/files/file-of-anybody'))).status).toBe(200)
    expect((await hers(get('/v1/files'))).status).toBe(200)
  })
})

describe('whoever names what is somebody else’s', () => {
  const WAYS: Readonly<Record<string, (id: string) => RawRequest>> = {
    'in a body': (id) => post('/v1/vector_stores', { file_ids: [id] }),
    'as what trains a model': (id) => post('/v1/fine_tuning/jobs', { training_file: id }),
    'deep inside': (id) =>
      post('/v1/assistants', { tool_resources: { file_search: { vector_stores: [{ file_ids: [id] }] } } }),
    'twice, her own behind it': (id) => post('/v1/batches', `{"input_file_id":"${id}","input_file_id":null}`),
    'in another case': (id) => post('/v1/batches', `{"Input_File_ID":"${id}"}`),
    'by escapes': (id) => post('/v1/batches', `{"input\\u005ffile_id":"${id}"}`),
    'as no JSON': (id) => ({
      ...post('/v1/batches', `input_file_id=${id}`),
      headers: ['content-type', 'application/x-www-form-urlencoded'],
    }),
    'as a text': (id) => ({
      ...post('/v1/batches', { input_file_id: id }),
      headers: ['content-type', 'text/plain'],
    }),
    'as a form': (id) => form('/v1/containers', [['file_id', id]]),
    'as a form that readers read in two ways': (id) => ({
      ...form('/v1/containers', [['x', 'y']]),
      body: `--${BOUNDARY}\ncontent-disposition: form-data; name="file_id"\n\n${id}\n--${BOUNDARY}--\n`,
    }),
    'in a batch of Anthropic’s shape': (id) =>
      post('/v1/threads/runs', { requests: [{ params: { previous_response_id: id } }] }),
    'in a file of requests': (id) =>
      batchFile(lines({ model: 'm', input: 'x' }, { model: 'm', previous_response_id: id })),
    'in such a file, escaped': (id) => batchFile(`{"body":{"previous\\u005fresponse_id":"${id}"}}`),
    'in one whose lines end otherwise': (id) => batchFile(`{"body":{}}\r{"body":{"conversation":"${id}"}}`),
  }

  it.each(Object.keys(WAYS))('%s: nothing is sent', async (way) => {
    const { ours, hers, api } = await owning()
    const { id } = await ours(post('/v1/conversations'))
    const asked = api.arrived.length
    const { status } = await hers(WAYS[way]!(id))
    expect([400, 404, 415]).toContain(status)
    expect(api.arrived).toHaveLength(asked)
  })

  it('by an answer that repeats what she has written: it stays whose it was', async () => {
    const { hers, ours } = await owning()
    // The API repeats `metadata`, with ids in it, in every answer.
    await hers(post('/v1/conversations', { metadata: { id: 'forged' } }))
    expect((await hers(get('/v1/files/forged'))).status).toBe(404)
    expect((await ours(get('/v1/files/forged'))).status).toBe(404)
  })
})

describe('a file of requests', () => {
  it('runs where all that it names is its owner’s', async () => {
    const { ours } = await owning()
    const { id: conversation } = await ours(post('/v1/conversations'))
    const { id: file } = await ours(batchFile(lines({ model: 'm', input: 'x', conversation })))
    expect((await ours(post('/v1/batches', { input_file_id: file }))).status).toBe(200)
  })

  it.each<[string, () => RawRequest]>([
    [
      'of another purpose',
      () =>
        form('/v1/files', [
          ['purpose', 'user_data'],
          ['file', lines({ model: 'm' }), 'x.jsonl'],
        ]),
    ],
    [
      'of two purposes',
      () =>
        form('/v1/files', [
          ['purpose', 'batch'],
          ['purpose', 'user_data'],
          ['file', '{}', 'x.jsonl'],
        ]),
    ],
    [
      'of two files',
      () =>
        form('/v1/files', [
          ['purpose', 'batch'],
          ['file', '{}', 'x.jsonl'],
          ['file', '{}', 'y.jsonl'],
        ]),
    ],
    ['that is no JSON', () => batchFile('{"body":')],
    [
      'that is not written plainly',
      () => ({ ...batchFile('{}'), body: String(batchFile('{}').body).replaceAll('\r\n', '\n') }),
    ],
  ])('%s is taken, and not run', async (_, upload) => {
    const { ours } = await owning()
    const { id, status } = await ours(upload())
    expect(status).toBe(200)
    expect((await ours(get(`/v1/files/${id}`))).status).toBe(200)
    const run = await ours(post('/v1/batches', { input_file_id: id }))
    expect([run.status, run.code]).toEqual([400, 'invalid_request'])
  })
})

it('speaks to each client in its own dialect', async () => {
  const { service } = await owning(storing(), { dialect: 'anthropic', name: 'anthropic' })
  const answer = await ask(service.url, {
    ...get('/v1/files/file_x'),
    headers: ['authorization', service.key.authorization, 'anthropic-version', '2023-06-01'],
  })
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
    404,
    { type: 'error', error: { type: 'not_found_error' } },
  ])
})
