import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { providerPassages, providerProxy, tollgateErrors } from '@tollgate/kit'
import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { serve } from '../support/http.ts'
import { OPERATORS_KEY, paidApi, says } from '../support/passing.ts'
import { CENT, openai, passing } from '../support/two-apis.ts'

describe('what is no call of a model', () => {
  it('is passed on as it came, with the operator’s key, and its answer as it came', async () => {
    const content = randomBytes(3_000_000)
    const { api, fetch, books, atRest } = await passing((res) => {
      res.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': content.length })
      res.end(content)
    })
    const form = new FormData()
    form.set('purpose', 'batch')
    form.set('file', new Blob([content]), 'requests.jsonl')
    const answer = await fetch('/v1/files?expand=all', { method: 'POST', body: form })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-length')).toBe(String(content.length))
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true)
    const { method, url, headers, body } = api.arrived[0]!
    expect({ method, url }).toEqual({ method: 'POST', url: '/v1/files?expand=all' })
    expect(headers).toMatchObject({ authorization: `Bearer ${OPERATORS_KEY}`, host: api.host })
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(body.includes(content)).toBe(true)
    await atRest()
    expect(await books()).toMatchObject({ spent: 0, reserved: 0, unconfirmed: 0 })
  })

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('goes out as %s', async (method) => {
    const { api, raw } = await passing(says({ minutes: 0 }))
    const body = method === 'POST' || method === 'PUT' || method === 'PATCH' ? 'hello' : undefined
    const answer = await raw({ method, path: '/scribe/v1/things', ...(body && { body }) })
    expect(answer.status).toBe(200)
    expect(answer.text).toBe(method === 'HEAD' ? '' : '{"minutes":0}')
    expect(api.arrived).toMatchObject([{ method, body: Buffer.from(body ?? '') }])
  })

  it('a body that is malformed JSON, or whatever a shape would be guessed from, is none of our business', async () => {
    const { api, raw } = await passing(says({ minutes: 1 }))
    const bodies = ['{"model":', '{"model":"gpt-4o","messages":[],"model":"x"}', Buffer.from([0xff, 0xfe, 0])]
    for (const body of bodies) {
      const headers = ['content-type', 'application/json']
      expect((await raw({ path: '/scribe/v1/listen', headers, body })).status).toBe(200)
    }
    expect(api.arrived.map(({ body }) => body)).toEqual(bodies.map((body) => Buffer.from(body)))
  })

  it('a body of unknown length stays one, whatever the method', async () => {
    const { api, raw } = await passing(says({ minutes: 0 }))
    for (const method of ['DELETE', 'GET', 'POST']) {
      const headers = ['transfer-encoding', 'chunked']
      expect((await raw({ method, path: '/scribe/v1/x', headers, body: 'POST /evil HTTP/1.1' })).status).toBe(
        200,
      )
    }
    expect(api.arrived.map(({ method, url, body }) => `${method} ${url} ${body}`)).toEqual(
      ['DELETE', 'GET', 'POST'].map((method) => `${method} /v1/x POST /evil HTTP/1.1`),
    )
  })

  it('a compressed body is passed on as it is; a compressed answer is decoded where its cost stands in it', async () => {
    const zipped = gzipSync('{"minutes":1}')
    const { api, raw, books, atRest } = await passing((res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(zipped)
    })
    const headers = ['content-encoding', 'gzip']
    const metered = await raw({ path: '/scribe/v1/listen', headers, body: zipped })
    expect([metered.text, metered.headers['content-encoding']]).toEqual(['{"minutes":1}', undefined])
    expect(api.arrived[0]).toMatchObject({ body: zipped, headers: { 'content-encoding': 'gzip' } })
    const free = await raw({ method: 'GET', path: '/v1/files' })
    expect(free.headers['content-encoding']).toBe('gzip')
    await atRest()
    expect(await books()).toMatchObject({ spent: 10 * CENT })
  })

  it('a stream passes as it flows', async () => {
    const { promise: first, resolve: sayFirst } = Promise.withResolvers<void>()
    const { fetch } = await passing(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
      await first
      res.end('data: 2\n\n')
    })
    const answer = await fetch('/v1/responses/resp_1?stream=true')
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toBe('data: 1\n\n')
    sayFirst()
    expect((await reader.read()).value).toBe('data: 2\n\n')
    expect((await reader.read()).done).toBe(true)
  })

  it('a body that the host has kept is passed on; one that it has taken apart is not', async () => {
    const kept = async (parser: RequestHandler, type: string, body: string) => {
      const { api, raw } = await passing(says({ minutes: 1 }), { before: [parser as never] })
      const { status } = await raw({ path: '/scribe/v1/x', headers: ['content-type', type], body })
      return [status, api.arrived[0]?.body.toString()]
    }
    const form = 'application/x-www-form-urlencoded'
    expect(await kept(express.raw({ type: '*/*' }), 'audio/wav', 'RIFF')).toEqual([200, 'RIFF'])
    expect(await kept(express.json(), 'application/json', '{"a":1}')).toEqual([200, '{"a":1}'])
    expect(await kept(express.urlencoded({ extended: false }), form, 'a=1')).toEqual([500, undefined])
  })
})

describe('how much', () => {
  it('a body that is too large is refused, by its head or by its bytes, and costs nothing', async () => {
    const { api, raw, books, atRest } = await passing(says({ minutes: 1 }), { proxy: { maxBodyBytes: 1000 } })
    const body = Buffer.alloc(1001)
    const declared = await raw({ path: '/scribe/v1/x', body })
    expect([declared.status, JSON.parse(declared.text).error.code]).toEqual([413, 'request_too_large'])
    expect(api.arrived).toEqual([])
    const headers = ['transfer-encoding', 'chunked']
    const counted = await raw({ path: '/scribe/v1/x', headers, body })
    expect([counted.status, JSON.parse(counted.text).error.code]).toEqual([413, 'request_too_large'])
    await atRest()
    expect(await books()).toMatchObject({ spent: 0, reserved: 0 })
    expect((await raw({ path: '/scribe/v1/x', body: body.subarray(1) })).status).toBe(200)
  })

  it('flows no faster than the slower side takes it, either way', async () => {
    const size = 64 * 1024 * 1024
    let given = 0
    const { url, key } = await passing(
      async (res, req) => {
        req.pause()
        res.writeHead(200, { 'content-type': 'application/octet-stream' })
        const chunk = Buffer.alloc(64 * 1024)
        while (given < size && !res.destroyed) {
          given += chunk.length
          if (!res.write(chunk)) await once(res, 'drain').catch(() => {})
        }
      },
      {},
      true,
    )
    const asking = request(`${url}/v1/files/f/content`, { headers: { authorization: key.authorization } })
    asking.on('error', () => {})
    asking.end()
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    // Nobody reads: what the sockets and streams between take is given, and not more.
    let before = -1
    while (before !== given) {
      before = given
      for (let turn = 0; turn < 50; turn += 1) await setImmediate()
    }
    expect(given).toBeLessThan(size / 2)
    answer.destroy()
  })
})

it('hands on what is not for it, and works without a budget', async () => {
  const api = await paidApi(says({ ok: true }))
  const passages = providerPassages({ providers: [openai(api)] })
  const app = express()
    .use(providerProxy({ passages }))
    .use((req, res) => void res.json({ mine: req.url }))
    .use(tollgateErrors())
  const url = await serve(app)
  const ask = async (path: string) => (await fetch(url + path)).json()
  expect(await ask('/v1/files')).toEqual({ ok: true })
  expect(await ask('/my/own')).toEqual({ mine: '/my/own' })
})
