import { testKey } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { assemble, PROVIDER_KEY } from '../support/assembly.ts'
import { ask, send } from '../support/raw.ts'
import { good, PATH, target } from '../support/target.ts'

const body = JSON.stringify(good)

describe('paths and methods that lead nowhere', () => {
  const { expectRefused, attack } = target()

  it.each([
    '/v1/chat/completions/',
    '/v1/chat/completions/.',
    '/v1/chat/completions;x=1',
    '/v1/chat/completions%20',
    '/v1/chat/completions%2F',
    '/v1/chat/completions%00',
    '/v1/chat/completions.json',
    '/v1/chat%2Fcompletions',
    '/v1/Chat/Completions',
    '/v1/chat/completions/../images',
    '/v1/chat\\completions',
    '/v1/images/colorings',
    '/v1/fine_tuning/jobs',
    '/v1/files',
    '/v1/threads',
    '/v1/responses/compact',
    '/v1/responses/resp_1/cancel',
    '/v1/',
    '/v1',
  ])('POST %s', async (path) => {
    await expectRefused({ path, body }, { status: 404, code: 'endpoint_not_found' })
  })

  it.each(['/v1/%63hat/completions', '/v1/completions', '/v1/x/completions'])(
    'POST %s with the body of another endpoint',
    async (path) => {
      await expectRefused({ path, body }, { param: 'prompt' })
    },
  )

  it('POST /v1/responses with the body of another endpoint', async () => {
    const input = JSON.stringify({ model: 'gpt-4o-mini', input: 5, messages: [] })
    await expectRefused({ path: '/v1/responses', body: input }, { param: 'input' })
  })

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'])(
    '%s',
    async (method) => {
      for (const path of [PATH, '/v1/embeddings', '/v1/completions'])
        await expectRefused({ method, path, body }, { status: 405, code: 'method_not_allowed' })
    },
  )

  it('HEAD', async () => {
    expect(await attack({ method: 'HEAD' })).toMatchObject({ status: 405, text: '' })
  })
})

describe('paths that are read as the endpoint that they end in', () => {
  it.each([
    '/v1//chat/completions',
    '/v1/./chat/completions',
    '/v1/images/../chat/completions',
    '/v1/openai/v1/chat/completions',
    '/V1/chat/completions',
    '/v1/chat/completions?model=gpt-4o&stream=true',
    '/v1/chat/completions?/v1/embeddings',
    'http://169.254.169.254/v1/chat/completions',
  ])('%s is a chat call like any other, at the address of the provider', async (path) => {
    const gateway = await assemble({ budgets: [{ limit_usd: '1.00', period: 'daily' }] })
    const answer = await ask(new URL(gateway.url).origin, {
      path,
      headers: ['authorization', gateway.key.authorization, 'content-type', 'application/json'],
      body,
    })
    expect(answer.status).toBe(200)
    expect(gateway.provider.requests[0]).toMatchObject({ path: '/v1/chat/completions', body: good })
    await gateway.atRest()
    expect((await gateway.books()).spent).toBe(gateway.provider.totals().nanoUsd)
  })
})

describe('keys in odd places', () => {
  const other = testKey()
  const { expectRefused, gateway } = target({ keys: [other] })
  const noKey = { status: 401, code: 'invalid_api_key' }
  const secret = () => gateway().key.secret

  const presented: Record<string, (mine: string, theirs: string) => readonly string[]> = {
    'no key': () => ['authorization', ''],
    'two different keys in two headers': (mine, theirs) => [
      'authorization',
      `Bearer ${mine}`,
      'x-api-key',
      theirs,
    ],
    'two different keys, the second unknown': (mine) => ['authorization', `Bearer ${mine}`, 'api-key', 'x'],
    'two authorization headers': (mine, theirs) => [
      'authorization',
      `Bearer ${mine}`,
      'authorization',
      `Bearer ${theirs}`,
    ],
    'two x-api-key headers': (mine, theirs) => ['authorization', '', 'x-api-key', mine, 'x-api-key', theirs],
    'two keys in one header': (mine, theirs) => ['authorization', `Bearer ${mine}, Bearer ${theirs}`],
    'a key behind another scheme': (mine) => ['authorization', `Token ${mine}`],
    'a key in Basic': (mine) => ['authorization', `Basic ${Buffer.from(`user:${mine}`).toString('base64')}`],
    'a key without a scheme': (mine) => ['authorization', mine],
    'a key in quotes': (mine) => ['authorization', `Bearer "${mine}"`],
    'a key in another case': (mine) => ['authorization', `Bearer ${mine.toUpperCase()}`],
    'a key and more': (mine) => ['authorization', `Bearer ${mine}x`],
    'half a key': (mine) => ['authorization', `Bearer ${mine.slice(0, -4)}`],
    'a key in a cookie': (mine) => ['authorization', '', 'cookie', `authorization=Bearer ${mine}`],
    'a key in a header of another name': (mine) => ['authorization', '', 'x-auth-token', mine],
    'a key in proxy-authorization': (mine) => ['authorization', '', 'proxy-authorization', `Bearer ${mine}`],
    'the name of an account': () => ['authorization', `Bearer ${gateway().key.account}`],
    'the id of a key': () => ['authorization', `Bearer ${gateway().key.id}`],
    'the key of the provider': () => ['authorization', `Bearer ${PROVIDER_KEY}`],
    'the name of a property': () => ['authorization', 'Bearer __proto__'],
    'ten thousand characters': () => ['authorization', `Bearer ${'x'.repeat(10_000)}`],
  }
  it.each(Object.entries(presented))('%s', async (_, headersOf) => {
    await expectRefused({ body, headers: headersOf(secret(), other.secret) }, noKey)
  })

  it('a key in the query or the body', async () => {
    const headers = ['authorization', '']
    for (const name of ['key', 'api_key', 'api-key', 'access_token'])
      await expectRefused({ path: `${PATH}?${name}=${secret()}`, body, headers }, noKey)
    await expectRefused({ body: JSON.stringify({ ...good, api_key: secret() }), headers }, noKey)
  })

  it('a good key tells nothing by the order of its checks: a bad body without one is 401', async () => {
    await expectRefused({ body: '{', headers: ['authorization', ''] }, noKey)
  })
})

describe('headers', () => {
  const { attack } = target()

  it.each([
    'a b',
    '<script>alert(1)</script>',
    'x'.repeat(129),
    'ü',
    '%0d%0aset-cookie: a=b',
    '../../etc/passwd',
    '',
  ])('a request id that is not well-formed is replaced: %j', async (id) => {
    const answer = await attack({ body: '{', headers: ['x-request-id', id] })
    expect(answer.status).toBe(400)
    expect(answer.headers['x-request-id']).toMatch(/^req_[0-9a-f]{16}$/)
    expect(answer.text).toContain(`Ref ${answer.headers['x-request-id']}.`)
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it('two request ids are none', async () => {
    const answer = await attack({ body: '{', headers: ['x-request-id', 'one', 'x-request-id', 'two'] })
    expect(answer.headers['x-request-id']).toMatch(/^req_/)
  })
})

describe('what goes upstream', () => {
  it('is of our own making: nothing of the client’s credentials, cookies, addresses or directions', async () => {
    const gateway = await assemble({ budgets: [{ limit_usd: '1.00', period: 'daily' }] })
    const smuggled = {
      'x-api-key': gateway.key.secret,
      'x-tollgate-cost-usd': '0',
      'x-tollgate-cache': 'hit',
      'x-litellm-tags': 'free',
      'x-portkey-metadata': '{}',
      'openai-organization': 'org-somebody-else',
      'openai-project': 'proj-somebody-else',
      'x-stainless-retry-count': '1',
      'x-forwarded-for': '10.0.0.1',
      forwarded: 'for=10.0.0.1',
      'x-real-ip': '10.0.0.1',
      'proxy-authorization': 'Basic eDp5',
      cookie: 'session=secret',
      referer: 'https://intranet.example/',
      origin: 'https://intranet.example',
      connection: 'close, authorization, content-length',
      te: 'trailers',
      'accept-encoding': 'gzip, br',
      'x-http-method-override': 'DELETE',
      'x-original-url': '/v1/files',
      host: 'evil.example',
    }
    const { authorization } = gateway.key
    const answer = await ask(new URL(gateway.url).origin, {
      path: PATH,
      headers: [
        'authorization',
        authorization,
        'content-type',
        'application/json',
        ...Object.entries(smuggled).flat(),
      ],
      body,
    })
    expect(answer.status).toBe(200)
    const { headers } = gateway.provider.requests[0]!
    expect(Object.keys(headers).sort()).toEqual([
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
    ])
    expect(headers).toMatchObject({
      authorization: `Bearer ${PROVIDER_KEY}`,
      host: new URL(gateway.provider.url).host,
      'accept-encoding': 'identity',
    })
    expect(JSON.stringify(headers)).not.toContain(gateway.key.secret)
    expect(JSON.stringify(answer)).not.toContain(PROVIDER_KEY)
  })
})

describe('bytes that are no HTTP', () => {
  const { gateway, origin } = target()
  const head = () =>
    `POST ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: ${gateway().key.authorization}\r\ncontent-type: application/json\r\n`
  const { length } = Buffer.from(body)

  const requests: Record<string, () => string> = {
    'a length and chunks at once': () =>
      `${head()}content-length: ${length}\r\ntransfer-encoding: chunked\r\n\r\n${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    'two lengths': () => `${head()}content-length: ${length}\r\ncontent-length: 1\r\n\r\n${body}`,
    'a negative length': () => `${head()}content-length: -1\r\n\r\n${body}`,
    'a length in words': () => `${head()}content-length: all\r\n\r\n${body}`,
    'a length that is too long': () => `${head()}content-length: ${length + 100}\r\n\r\n${body}`,
    'a length that is too short': () => `${head()}content-length: ${length - 5}\r\n\r\n${body}`,
    'no length at all': () => `${head()}\r\n${body}`,
    'a chunk without a size': () => `${head()}transfer-encoding: chunked\r\n\r\n${body}\r\n0\r\n\r\n`,
    'a chunk that is shorter than its size': () =>
      `${head()}transfer-encoding: chunked\r\n\r\nffff\r\n${body}\r\n0\r\n\r\n`,
    'a chunk size beyond all numbers': () =>
      `${head()}transfer-encoding: chunked\r\n\r\n${'f'.repeat(40)}\r\n${body}\r\n0\r\n\r\n`,
    'chunks that never end': () =>
      `${head()}transfer-encoding: chunked\r\n\r\n${length.toString(16)}\r\n${body}\r\n`,
    'an encoding that only sounds like chunks': () =>
      `${head()}transfer-encoding: xchunked\r\n\r\n${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    'a header without a colon': () => `${head()}nonsense\r\n\r\n`,
    'a header with a NUL': () => `${head()}x-evil: a\0b\r\n\r\n`,
    'a header that goes on in the next line': () => `${head()}x-evil: a\r\n b\r\ncontent-length: 0\r\n\r\n`,
    'headers of a megabyte': () => `${head()}x-evil: ${'a'.repeat(1024 * 1024)}\r\n\r\n`,
    'a key with a NUL': () =>
      `POST ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: ${gateway().key.authorization}\0\r\n\r\n`,
    'no host': () => `${head().replace('host: x\r\n', '')}content-length: ${length}\r\n\r\n${body}`,
    'a line feed for a line end': () => `POST ${PATH} HTTP/1.1\nhost: x\n\n`,
    'no version': () => `POST ${PATH}\r\n\r\n`,
    'an unknown method': () => `STEAL ${PATH} HTTP/1.1\r\nhost: x\r\n\r\n`,
    'a tunnel': () => `CONNECT provider:443 HTTP/1.1\r\nhost: provider:443\r\n\r\n`,
    'an upgrade': () => `${head()}connection: upgrade\r\nupgrade: websocket\r\ncontent-length: 0\r\n\r\n`,
    TLS: () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    noise: () => String.fromCharCode(...Array.from({ length: 500 }, (_, index) => (index * 73) % 256)),
  }
  it.each(Object.entries(requests))('%s', async (_, bytes) => {
    const answer = await send(origin(), Buffer.from(bytes(), 'latin1'))
    expect(answer).not.toMatch(/HTTP\/1\.1 [235]/)
    expect(answer === '' || /^HTTP\/1\.1 4\d\d /.test(answer)).toBe(true)
  })
})
