import { describe, expect, it } from 'vitest'
import { OPERATORS_KEY, says } from '../support/passing.ts'
import { passing } from '../support/two-apis.ts'

describe('headers', () => {
  /** What a client may try to say to a provider, or to have said in its name. */
  const HOSTILE = {
    cookie: 'session=1',
    'x-tollgate-tags': 'a=b',
    'x-litellm-tags': 'a',
    'x-portkey-metadata': '{}',
    'x-forwarded-for': '10.0.0.1',
    forwarded: 'for=10.0.0.1',
    'x-http-method-override': 'DELETE',
    'openai-organization': 'org-other',
    'idempotency-key': 'same',
    'proxy-authorization': 'Basic eA==',
    te: 'trailers',
    'keep-alive': 'timeout=5',
    'x-scribe-key': 'of-the-client',
  }

  it('of the client: its credentials, cookies and hops stay here; what describes the body goes on', async () => {
    const { api, raw, key } = await passing(says({ minutes: 0 }))
    const sent = {
      ...HOSTILE,
      connection: 'keep-alive, x-scribe-key',
      expect: '100-continue',
      accept: 'audio/*',
      range: 'bytes=0-9',
      'content-type': 'audio/wav',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'openai-beta': 'assistants=v2',
    }
    for (const path of ['/v1/files', '/scribe/v1/x']) {
      const { status } = await raw({ path, headers: Object.entries(sent).flat(), body: 'x' })
      expect(status).toBe(200)
    }
    const common = {
      accept: 'audio/*',
      'accept-encoding': 'identity',
      range: 'bytes=0-9',
      'content-type': 'audio/wav',
      'content-length': '1',
      traceparent: sent.traceparent,
      host: api.host,
      connection: 'keep-alive',
    }
    expect(api.arrived.map(({ headers }) => headers)).toEqual([
      { ...common, authorization: `Bearer ${OPERATORS_KEY}`, 'openai-beta': 'assistants=v2' },
      { ...common, 'x-scribe-key': OPERATORS_KEY },
    ])
    expect(JSON.stringify(api.arrived)).not.toContain(key.secret)
  })

  it('of the provider: what describes the body comes back, and nothing of where it is', async () => {
    const { api, raw } = await passing((res) => {
      res.writeHead(200, {
        'content-type': 'text/plain',
        'content-disposition': 'attachment; filename=a.txt',
        'openai-processing-ms': '7',
        'retry-after': '3',
        etag: '"1"',
        'set-cookie': 'a=b',
        server: 'nginx',
        via: '1.1 inner',
        location: `http://${api.host}/v1/files/1`,
        'x-ratelimit-remaining-requests': '1',
        'x-tollgate-cost-usd': '0',
        'access-control-allow-origin': '*',
        'transfer-encoding': 'chunked',
        connection: 'close, x-inner',
        'x-inner': '10.0.0.1',
      })
      res.end('ok')
    })
    const { headers, text } = await raw({ method: 'GET', path: '/v1/files/1/content' })
    expect(text).toBe('ok')
    expect(headers).toMatchObject({
      'content-type': 'text/plain',
      'content-disposition': 'attachment; filename=a.txt',
      'openai-processing-ms': '7',
      'retry-after': '3',
      'x-tollgate-provider': 'openai',
    })
    for (const name of [
      'set-cookie',
      'server',
      'via',
      'location',
      'x-inner',
      'x-ratelimit-remaining-requests',
    ])
      expect(headers).not.toHaveProperty(name)
    expect(JSON.stringify(headers)).not.toContain(api.host)
  })

  it('that would change the protocol are refused', async () => {
    const { api, raw } = await passing(says({}))
    const headers = ['connection', 'upgrade', 'upgrade', 'h2c']
    const answer = await raw({ method: 'GET', path: '/v1/files', headers })
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([400, 'invalid_request'])
    expect(api.arrived).toEqual([])
  })
})
