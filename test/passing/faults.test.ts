import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { paidApi, passingService, type Serving, says } from '../support/passing.ts'
import { BUDGETS, CENT, passing, scribe } from '../support/two-apis.ts'

describe('a provider that fails', () => {
  const page =
    (status: number): Serving =>
    (res) =>
      res.writeHead(status, { 'content-type': 'text/html' }).end('<h1>inner.example:8080 is broken</h1>')

  it.each<[string, Serving, number, string]>([
    ['a redirect is not followed', (res, req) => elsewhere(res, req, 302), 502, 'provider_error'],
    ['a permanent one neither', (res, req) => elsewhere(res, req, 308), 502, 'provider_error'],
    ['our key is not accepted', page(401), 502, 'provider_error'],
    ['nor at this path', page(403), 502, 'provider_error'],
    ['it is broken', page(500), 502, 'provider_error'],
    ['it hangs up', (res) => res.destroy(), 502, 'provider_error'],
  ])('%s', async (_, answer, status, code) => {
    const { api, raw, books, atRest } = await passing((res, req) => {
      res.shouldKeepAlive = false
      answer(res, req)
    })
    const refused = await raw({ method: 'GET', path: '/v1/files' })
    expect(refused.status, refused.text).toBe(status)
    expect(JSON.parse(refused.text).error).toMatchObject({ code, message: /^Tollgate: openai / })
    expect(JSON.stringify(refused)).not.toMatch(new RegExp(`${api.host}|inner|nginx`))
    expect(api.arrived).toHaveLength(1)
    await atRest()
    expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  function elsewhere(res: ServerResponse, req: IncomingMessage, status: number): void {
    const location = `http://${req.headers.host}/v1/elsewhere`
    res.writeHead(status, { location }).end(`<a href="${location}">moved</a>`)
  }

  it('is not there: nothing is charged', async () => {
    const api = await paidApi(says({}))
    const gone = { ...scribe(api), baseUrl: 'http://127.0.0.1:1' }
    const { raw, books, atRest } = await passingService({ providers: [gone], budgets: BUDGETS })
    const answer = await raw({ path: '/scribe/v1/x', body: 'x' })
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([503, 'provider_unavailable'])
    expect(answer.text).not.toContain('127.0.0.1')
    await atRest()
    expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
  })

  it('says nothing for too long: what was reserved is charged', async () => {
    const { raw, books, atRest } = await passing(() => {}, { proxy: { timeouts: { idleMs: 1_000 } } })
    const answer = await raw({ path: '/scribe/v1/x', body: 'x' })
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([504, 'provider_timeout'])
    await atRest()
    expect(await books()).toMatchObject({ spent: 20 * CENT, reserved: 0 })
  })

  it('breaks off in the middle: an answer that was held is 502, one that flowed is cut; both are charged', async () => {
    const { raw, fetch, books, atRest } = await passing((res, req) => {
      const type = req.url?.includes('json') ? 'application/json' : 'text/plain'
      res.writeHead(200, { 'content-type': type, 'content-length': 100 }).write('{"minutes":')
      res.socket?.end()
    })
    const held = await raw({ path: '/scribe/json', body: 'x' })
    expect([held.status, JSON.parse(held.text).error.code]).toEqual([502, 'provider_error'])
    const cut = await fetch('/scribe/text', { method: 'POST', body: 'x' })
    await expect(cut.text()).rejects.toThrow()
    await atRest()
    expect(await books()).toMatchObject({ spent: 40 * CENT, reserved: 0 })
  })

  it('refuses with words of its own: they are the client’s', async () => {
    const { raw } = await passing(says({ error: { message: 'No such file' } }, 404))
    const answer = await raw({ method: 'GET', path: '/v1/files/none' })
    expect([answer.status, answer.text]).toEqual([404, '{"error":{"message":"No such file"}}'])
  })

  it('answers before it has the body: its answer is the client’s, and the connection goes on', async () => {
    const { url, key, atRest } = await passing((res) => res.writeHead(422).end('too long'), {}, true)
    const upload = request(`${url}/scribe/v1/x`, {
      method: 'POST',
      headers: { authorization: key.authorization, 'transfer-encoding': 'chunked' },
    })
    upload.write('begin')
    const [answer] = (await once(upload, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(422)
    upload.destroy()
    await atRest()
  })
})

describe('whoever leaves', () => {
  it('a client that leaves before the answer: the provider is told at once, and what was reserved is charged', async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>()
    const { api, url, key, books, atRest } = await passing((_res, req) => req.socket.once('close', resolve))
    const asking = request(`${url}/scribe/v1/x`, {
      method: 'POST',
      headers: { authorization: key.authorization },
    })
    asking.on('error', () => {})
    asking.end('x')
    await expect.poll(() => api.arrived.length).toBe(1)
    asking.destroy()
    await left
    await atRest()
    expect(await books()).toMatchObject({ spent: 20 * CENT })
  })

  it('a client that leaves in the middle of its upload', async () => {
    const { promise: left, resolve } = Promise.withResolvers<void>()
    const { api, url, key, atRest } = await passing((_res, req) => req.once('close', resolve), {}, true)
    const asking = request(`${url}/v1/files`, {
      method: 'POST',
      headers: { authorization: key.authorization, 'content-length': 1_000_000 },
    })
    asking.on('error', () => {})
    asking.write('begin')
    await expect.poll(() => api.arrived.length).toBe(1)
    asking.destroy()
    await left
    await atRest()
  })

  it('a process that stops: what runs is cut off, and charged', async () => {
    const stop = new AbortController()
    const { api, raw, books, atRest } = await passing(() => {}, { proxy: { stop: stop.signal } })
    const running = raw({ path: '/scribe/v1/x', body: 'x' })
    await expect.poll(() => api.arrived.length).toBe(1)
    stop.abort()
    const [cut, late] = [await running, await raw({ path: '/scribe/v1/x', body: 'x' })]
    for (const { status, text } of [cut, late])
      expect([status, JSON.parse(text).error.code]).toEqual([503, 'ledger_unavailable'])
    expect(api.arrived).toHaveLength(1)
    await atRest()
    expect(await books()).toMatchObject({ spent: 20 * CENT })
  })
})
