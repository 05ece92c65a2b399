import { createHash } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { compose, defineStage, type Middleware, slot, tollgateErrors } from '@tollgate/kit/core'
import { receiveCall } from '@tollgate/kit/wire'
import compression from 'compression'
import connect from 'connect'
import express from 'express'
import express4 from 'express4'
import { createProxyMiddleware } from 'http-proxy-middleware'
import { describe, expect, it } from 'vitest'
import { serve } from '../support/http.ts'

const model = slot<string | undefined>()('model', 'reader')

/** Reads the body as a provider call, as tier-check or budget-reserve do. */
const reader = () =>
  defineStage({
    name: 'reader',
    gives: [model],
    handle: async (req) => model.set(req, (await receiveCall(req))?.model),
  })

const sha = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')

/** Answers with what a handler behind the stage finds on the stream. */
async function echo(req: IncomingMessage, res: ServerResponse) {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  res.setHeader('content-type', 'application/json')
  res.end(JSON.stringify({ model: model.peek(req), sha: sha(body), length: req.headers['content-length'] }))
}

/** The same stage and handler in every host that can mount a Connect middleware. */
const hosts: Record<string, (...handlers: Middleware[]) => RequestListener> = {
  'express 5': (...handlers) =>
    express()
      .use('/team/api', ...handlers)
      .use(tollgateErrors()),
  'express 4': (...handlers) =>
    express4()
      .use('/team/api', ...handlers)
      .use(tollgateErrors()),
  connect: (...handlers) => {
    const app = connect()
    for (const handler of handlers) app.use('/team/api', handler)
    return app.use(tollgateErrors())
  },
  'node:http': (...handlers) => {
    const all = compose(...(handlers as [Middleware]))
    return (req, res) => all(req, res, (error) => tollgateErrors()(error, req, res, () => {}))
  },
}

const chat = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Grüße, 世界' }] })
const post = (url: string, body: BodyInit, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

describe.each(Object.entries(hosts))('behind %s', (_, host) => {
  it('reads the body once and leaves every byte for whoever comes next', async () => {
    const url = await serve(host(reader(), echo as Middleware))
    const answer = await post(`${url}/team/api/v1/chat/completions`, chat)
    expect(await answer.json()).toEqual({
      model: 'gpt-4o-mini',
      sha: sha(chat),
      length: String(Buffer.byteLength(chat)),
    })
    expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{16}$/)
  })

  it('reads a body that comes in many chunks without a length', async () => {
    const url = await serve(host(reader(), echo as Middleware))
    const chunks = [...chat].map((character) => Buffer.from(character))
    const stream = Readable.toWeb(Readable.from(chunks))
    const answer = await fetch(`${url}/team/api/v1/chat/completions`, {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { 'content-type': 'application/json' },
    } as unknown as RequestInit)
    expect(await answer.json()).toMatchObject({ model: 'gpt-4o-mini', sha: sha(chat) })
  })

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('forwards a %s body decoded, with its new length', async (encoding, compress) => {
    const url = await serve(host(reader(), echo as Middleware))
    const answer = await post(`${url}/team/api/v1/chat/completions`, compress(chat), {
      'content-encoding': encoding,
    })
    expect(await answer.json()).toEqual({
      model: 'gpt-4o-mini',
      sha: sha(chat),
      length: String(Buffer.byteLength(chat)),
    })
  })

  it('refuses a small body that unpacks to a large one', async () => {
    const url = await serve(host(reader(), echo as Middleware))
    const bomb = gzipSync(JSON.stringify({ model: 'm', messages: ['x'.repeat(33 * 1024 * 1024)] }))
    expect(bomb.length).toBeLessThan(100_000)
    const answer = await post(`${url}/team/api/v1/chat/completions`, bomb, { 'content-encoding': 'gzip' })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error: { code: 'request_too_large' } })
  })

  it('keeps a connection usable after a body that nobody read', async () => {
    const url = await serve(host(reader(), ((_req, res) => res.end('unread')) as Middleware))
    for (let round = 0; round < 3; round += 1) {
      expect(await (await post(`${url}/team/api/v1/chat/completions`, chat)).text()).toBe('unread')
    }
  })
})

describe('a body that the host has parsed', () => {
  it.each([
    ['express 5', () => express().use(express.json())],
    ['express 4', () => express4().use(express4.json())],
  ])('is read from req.body in %s', async (_, app) => {
    const url = await serve(
      (app() as ReturnType<typeof express>)
        .use(reader())
        .post('/chat', (req, res) => void res.json({ model: model.peek(req), body: req.body })),
    )
    expect(await (await post(`${url}/chat`, chat)).json()).toEqual({
      model: 'gpt-4o-mini',
      body: JSON.parse(chat),
    })
  })

  it('may be parsed after the stage as well', async () => {
    const url = await serve(
      express()
        .use(reader(), express.json())
        .post('/chat', (req, res) => void res.json(req.body)),
    )
    expect(await (await post(`${url}/chat`, chat)).json()).toEqual(JSON.parse(chat))
  })

  it('is misassembled when it was consumed and not kept', async () => {
    const url = await serve(
      express()
        .use(async (req, _res, next) => {
          for await (const _chunk of req);
          next()
        })
        .use(reader())
        .post('/chat', (_req, res) => void res.end('served')),
    )
    const answer = await post(`${url}/chat`, chat)
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ error: { code: 'misassembled' } })
  })
})

describe('a proxy of the team behind the stage', () => {
  it('forwards the whole body without any hook', async () => {
    const seen: string[] = []
    const upstream = await serve(async (req, res) => {
      let body = ''
      for await (const chunk of req) body += chunk
      seen.push(`${req.url} ${body}`)
      res.end('proxied')
    })
    const url = await serve(express().use('/v1', reader(), createProxyMiddleware({ target: upstream })))
    expect(await (await post(`${url}/v1/chat/completions`, chat)).text()).toBe('proxied')
    expect(seen).toEqual([`/chat/completions ${chat}`])
  })
})

describe('compression() before the stages', () => {
  it('compresses what we have seen plain', async () => {
    const text = 'hello '.repeat(1000)
    const url = await serve(
      express()
        .use(compression())
        .use(reader(), ((_req, res) => {
          res.setHeader('content-type', 'text/plain')
          res.end(text)
        }) as Middleware),
    )
    const answer = await post(`${url}/chat`, chat, { 'accept-encoding': 'gzip' })
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.text()).toBe(text)
  })
})

it('answers a client that sends half a body and leaves with nothing, and lives on', async () => {
  const url = await serve(express().use(reader(), echo as Middleware))
  const { connect: dial } = await import('node:net')
  const { hostname, port } = new URL(url)
  const socket = dial(Number(port), hostname)
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"model":',
  )
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.destroy()
  expect((await post(`${url}/v1/chat/completions`, chat)).status).toBe(200)
})

type Last = ReturnType<typeof tollgateErrors>
const ended = (_req: IncomingMessage, res: ServerResponse) => void res.end()

it.each([
  ['express 5', (last: Last) => express().get('/models/:id', ended).use(last)],
  ['express 4', (last: Last) => express4().get('/models/:id', ended).use(last)],
])(
  '%s: an address that cannot be decoded is its sender’s fault, and nobody is told of it',
  async (_, made) => {
    const faults: unknown[] = []
    const app: RequestListener = made(tollgateErrors({ onFault: (fault) => faults.push(fault) }))
    const answer = await fetch(`${await serve(app)}/models/%zz`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'invalid_request' } })
    expect(faults).toEqual([])
  },
)
