import { describe, expect, it } from 'vitest'
import type { Serving } from '../support/passing.ts'
import type { RawRequest } from '../support/raw.ts'
import { twoTenants } from '../support/two-tenants.ts'

const GEMINI = { providers: [{ name: 'gemini', dialect: 'gemini' }] } as const

const get = (path: string): RawRequest => ({ method: 'GET', path })
const post = (path: string, body: unknown): RawRequest => ({
  path,
  headers: ['content-type', 'application/json'],
  body: JSON.stringify(body),
})

/** Answers everything with the same JSON. */
const always =
  (body: unknown): Serving =>
  (res) => {
    res.writeHead(200, { 'content-type': 'application/json' })
    res.end(JSON.stringify(body))
  }

/** Takes files as Gemini does, each upload by an id of its own, and each file by the name that its caller wants. */
function uploading(): Serving {
  let begun = 0
  return (res, { headers, url = '' }) => {
    if (headers['x-goog-upload-command'] === 'start') {
      begun += 1
      const at = `https://generativelanguage.googleapis.com${url}?upload_id=up-${begun}&upload_protocol=resumable`
      res.writeHead(200, { 'x-goog-upload-url': at, 'x-goog-upload-status': 'active' })
      return res.end()
    }
    res.writeHead(200, { 'content-type': 'application/json', 'x-goog-upload-status': 'final' })
    res.end(
      JSON.stringify(
        url.includes('/upload/') ? { file: { name: 'files/report' } } : { name: 'files/report' },
      ),
    )
  }
}

const START: RawRequest = {
  path: '/upload/v1beta/files',
  headers: ['x-goog-upload-protocol', 'resumable', 'x-goog-upload-command', 'start'],
}
const finish = (query: string): RawRequest => ({
  path: `/upload/v1beta/files?${query}`,
  headers: ['x-goog-upload-command', 'upload, finalize'],
  body: 'x',
})

describe('an upload that has been begun', () => {
  it('is gone on with by whoever began it, and ended by nobody else', async () => {
    const { ours, hers, api } = await twoTenants(uploading(), GEMINI)
    const { headers } = await ours(START)
    const { search } = new URL(String(headers['x-goog-upload-url']))
    for (const query of [
      search.slice(1),
      'upload_id=up-1',
      'upload%5Fid=up-1',
      'Upload_Id=up-1',
      'uploadId=up-1',
      'upload_id=up-9&upload_id=up-1',
      'upload_id=up-9',
    ]) {
      const { status } = await hers(finish(query))
      expect(status, query).toBe(404)
    }
    expect(api.arrived).toHaveLength(1)
    expect((await ours(finish(search.slice(1)))).status).toBe(200)
    expect((await ours(get('/v1beta/files/report'))).status).toBe(200)
    expect((await hers(get('/v1beta/files/report'))).status).toBe(404)
  })
})

it('a name that the provider has forgotten belongs to whoever it is made for next', async () => {
  const { ours, hers } = await twoTenants(uploading(), GEMINI)
  await hers(START)
  await hers(finish('upload_id=up-1'))
  // Two days later the provider has deleted her file, of which nobody here is told.
  await ours(START)
  await ours(finish('upload_id=up-2'))
  expect((await ours(get('/v1beta/files/report'))).status).toBe(200)
  expect((await hers(get('/v1beta/files/report'))).status).toBe(404)
})

describe('what somebody has written into a file', () => {
  it.each([
    ['openai', '/v1/files/file-1/content', '/v1/responses/resp_leaked'],
    ['gemini', '/v1beta/files/a:download?alt=media', '/v1beta/files/leaked'],
    ['gemini', '/v1beta/files/a?alt=media', '/v1beta/files/leaked'],
    ['gemini', '/v1beta/files/a?alt=json&alt=media', '/v1beta/files/leaked'],
    ['gemini', '/v1beta/files/a?$alt=media', '/v1beta/files/leaked'],
    ['gemini', '/v1beta/files/a?x=?&alt=media', '/v1beta/files/leaked'],
  ] as const)('makes nothing one’s own when it is read: %s %s', async (dialect, content, leaked) => {
    const file = dialect === 'openai' ? { id: 'file-1' } : { name: 'files/a' }
    const forged = { id: 'resp_leaked', name: 'files/leaked', data: [{ id: 'resp_leaked' }] }
    const { hers } = await twoTenants(
      (res, { method = '' }) => always(method === 'POST' ? file : forged)(res, res.req),
      { providers: [{ name: dialect, dialect }] },
    )
    await hers(post(dialect === 'openai' ? '/v1/files' : '/v1beta/files', {}))
    expect((await hers(get(content))).status).toBe(200)
    expect((await hers(get(leaked))).status).toBe(404)
  })
})

describe('what no list here has a collection for', () => {
  it.each([
    ['openai', '/v1/batch/jobs'],
    ['openai', '/v1/libraries/lib_1/documents'],
    ['openai', '/v1/agents'],
    ['openai', '/v1/deferred-completion/id_1'],
    ['openai', '/v1/what-comes-next/id_1'],
    ['openai', '/openai/V1/files/file-1'],
    ['openai', '/openai/V1/responses/resp_1'],
    ['gemini', '/v1beta/generatedFiles'],
    ['gemini', '/v1beta/generatedFiles/gen-1'],
  ] as const)('is shown to nobody, and changed by nobody: %s %s', async (dialect, path) => {
    const { hers, api } = await twoTenants(always({}), { providers: [{ name: dialect, dialect }] })
    for (const method of ['GET', 'HEAD', 'DELETE', 'PATCH', 'PUT']) {
      const { status } = await hers({ method, path })
      expect([403, 404], method).toContain(status)
    }
    expect(api.arrived).toEqual([])
  })
})

describe('whoever names somebody else’s', () => {
  it.each([
    ['openai', '/v1/batch/jobs', { input_files: ['file-theirs'] }],
    ['openai', '/v1/conversations', { items: [{ id: 'msg_theirs' }] }],
    [
      'openai',
      '/v1/responses/compact',
      { type: 'tool_use', input: [{ type: 'item_reference', id: 'msg_theirs' }] },
    ],
    ['openai', '/v1/videos', { characters: [{ id: 'char_theirs' }] }],
    ['gemini', '/v1beta/fileSearchStores/mine:importFile', { fileName: 'files/theirs' }],
    ['gemini', '/v1beta/x', { file_name: 'files/theirs' }],
  ] as const)('%s %s: nothing is sent', async (dialect, path, body) => {
    const { hers, api } = await twoTenants(always({ name: 'fileSearchStores/mine' }), {
      providers: [{ name: dialect, dialect }],
    })
    if (dialect === 'gemini') await hers(post('/v1beta/fileSearchStores', {}))
    const asked = api.arrived.length
    expect((await hers(post(path, body))).status).toBe(404)
    expect(api.arrived).toHaveLength(asked)
  })

  it.each([
    ['openai', '/v1/shelves', { id: 'shelf-1' }, '/v1/shelves/shelf-1/read'],
    ['openai', '/v1/shelves', { id: 'shelf-one' }, '/v1/shelves/shelf-one/read'],
    ['openai', '/v1/shelves', { id: 'shelf-one' }, '/v1/what/shelf-one'],
    ['anthropic', '/anthropic/v1/shelves', { id: 'shelf_01Ab' }, '/anthropic/v1/shelves/shelf_01Ab'],
    ['gemini', '/v1beta/shelves', { name: 'shelves/a1' }, '/v1beta/shelves/a1:read'],
    ['gemini', '/v1beta/shelves', { name: 'shelves/report' }, '/v1beta/shelves/report:read'],
    ['gemini', '/v1beta/files', { name: 'files/report' }, '/v1beta/shelves/files/report'],
  ] as const)('in a path that no list here knows: %s %s', async (dialect, making, made, path) => {
    const { ours, hers, api } = await twoTenants(always(made), { providers: [{ name: dialect, dialect }] })
    await ours(post(making, {}))
    const asked = api.arrived.length
    expect((await hers(post(path, {}))).status).toBe(404)
    expect(api.arrived).toHaveLength(asked)
    expect((await ours(post(path, {}))).status).toBe(200)
  })

  it.each([
    ['GET', '?name=files/theirs'],
    ['DELETE', '?name=files/theirs'],
    ['DELETE', '?name=files%2Ftheirs'],
    ['DELETE', '?x=?&name=files/theirs'],
    ['POST', ':copy?file_name=files/theirs'],
  ])('in a query: %s …%s', async (method, more) => {
    const { ours, hers, api } = await twoTenants(
      (res, { url = '' }) =>
        always({ name: url.includes('mine') ? 'files/mine' : 'files/theirs' })(res, res.req),
      { providers: [{ name: 'gemini', dialect: 'gemini' }] },
    )
    await ours(post('/v1beta/files?x=theirs', {}))
    await hers(post('/v1beta/files?x=mine', {}))
    expect((await hers(get('/v1beta/files/mine?pageSize=1'))).status).toBe(200)
    const asked = api.arrived.length
    expect((await hers({ method, path: `/v1beta/files/mine${more}` })).status).toBe(404)
    expect(api.arrived).toHaveLength(asked)
  })

  it.each([
    ['input_reference[file_id]', 'file-theirs'],
    ['input_reference', '{"file_id":"file-theirs"}'],
    ['characters[][id]', 'char_theirs'],
  ])('in a field of a form that is inside another: %s', async (name, said) => {
    const { hers, api } = await twoTenants(always({}))
    const part = `--=b=\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${said}\r\n--=b=--\r\n`
    const headers = ['content-type', 'multipart/form-data; boundary="=b="']
    expect((await hers({ path: '/v1/videos', headers, body: part })).status).toBe(404)
    expect(api.arrived).toEqual([])
  })

  it.each([
    '/v1beta/models/gemini-2.5-flash%3AbatchGenerateContent',
    '/v1beta/tunedModels/mine%3AgenerateContent',
    '/v1beta/tunedModels/mine%3agenerateContent',
    '/v1beta/files/theirs%3Adownload',
  ])('before a colon that is escaped: %s', async (path) => {
    const { hers, api } = await twoTenants(always({ name: 'tunedModels/mine' }), {
      providers: [{ name: 'gemini', dialect: 'gemini', billing: 'none' }],
    })
    await hers(post('/v1beta/tunedModels', {}))
    expect((await hers(post(path, {}))).status).toBeGreaterThanOrEqual(400)
    expect(api.arrived).toHaveLength(1)
  })

  it('what is in such a path and was made by nobody here is nobody’s', async () => {
    const { hers, api } = await twoTenants(always({}))
    for (const path of ['/v1/shelves/file-a1/read', '/v1/file-a1', '/v1/shelves/x/y1'])
      expect((await hers(post(path, {}))).status, path).toBe(404)
    expect(api.arrived).toEqual([])
    expect((await hers(post('/v1/fim/rerank', {}))).status).toBe(200)
  })

  it('at a provider of the same dialect, by the same id: it was made at another', async () => {
    const { ours, api } = await twoTenants(always({ id: 'file-1' }), { providers: [{}, { name: 'other' }] })
    await ours(post('/openai/v1/files', {}))
    const asked = api.arrived.length
    expect((await ours(get('/openai/v1/files/file-1'))).status).toBe(200)
    expect((await ours(get('/other/v1/files/file-1'))).status).toBe(404)
    expect((await ours(post('/other/v1/batches', { input_file_id: 'file-1' }))).status).toBe(404)
    expect(api.arrived).toHaveLength(asked + 1)
  })
})
