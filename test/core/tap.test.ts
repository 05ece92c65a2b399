import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { defineStage, type Middleware, observe, type Transformer, transform } from '@tollgate/kit/core'
import compression from 'compression'
import express, { type ErrorRequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { serve } from '../support/http.ts'
import { send } from '../support/raw.ts'

const tapping = (transformer: Partial<Transformer>) =>
  defineStage({
    name: 'tapping',
    handle: (_req, res) =>
      transform(res, { head: () => 'pass', chunk: (bytes) => bytes, flush: () => undefined, ...transformer }),
  })

const handler = (run: (res: ServerResponse) => unknown) => ((_req, res) => void run(res)) as Middleware

describe('the tap', () => {
  it('shows observers the bytes of the handler, however they are written', async () => {
    const seen: string[] = []
    const watching = defineStage({
      name: 'watching',
      handle: (_req, res) =>
        observe(res, {
          head: (response) => seen.push(`head ${response.statusCode}`),
          chunk: (bytes) => seen.push(bytes.toString()),
          end: () => seen.push('end'),
        }),
    })
    const url = await serve(
      express().use(
        watching,
        handler((res) => {
          res.writeHead(201, { 'x-own': '1' })
          res.write('a')
          res.write(Buffer.from('b'))
          res.write(new Uint8Array([99]))
          res.write('ZA==', 'base64')
          res.end('e')
        }),
      ),
    )
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('x-own'), await answer.text()]).toEqual([201, '1', 'abcde'])
    expect(seen).toEqual(['head 201', 'a', 'b', 'c', 'd', 'e', 'end'])
  })

  it('holds an answer until it is complete, so that its headers can still be set', async () => {
    let response: ServerResponse
    const stage = tapping({
      head(res) {
        response = res
        return 'hold'
      },
      flush() {
        response.setHeader('x-cost', '7')
        return undefined
      },
    })
    const app = express().use(stage)
    app.get('/json', (_req, res) => void res.json({ a: 1 }))
    app.get('/head', (_req, res) => void res.writeHead(202, ['content-type', 'application/json']).end('{}'))
    const url = await serve(app)
    for (const [path, status, body] of [
      ['/json', 200, '{"a":1}'],
      ['/head', 202, '{}'],
    ] as const) {
      const answer = await fetch(url + path)
      expect([answer.status, answer.headers.get('x-cost'), await answer.text()]).toEqual([status, '7', body])
    }
  })

  it('lets go of a held answer that grows over 4 MiB, whole and with back-pressure', async () => {
    const bytes = Buffer.alloc(6 * 1024 * 1024, 'x')
    const url = await serve(
      express().use(
        tapping({ head: () => 'hold' }),
        handler((res) =>
          Readable.from(
            (function* () {
              for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
            })(),
          ).pipe(res),
        ),
      ),
    )
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(bytes.length)
  })

  it('may drop bytes, add some at the end, and take its time with that', async () => {
    const url = await serve(
      express().use(
        tapping({
          chunk: (bytes) => (bytes.toString() === 'secret' ? undefined : bytes),
          flush: async () => Buffer.from('!'),
        }),
        handler((res) => {
          res.write('a')
          res.write('secret')
          res.end('b')
        }),
      ),
    )
    expect(await (await fetch(url)).text()).toBe('ab!')
  })

  it('passes back-pressure on: write is false when the socket is full, and drain comes', async () => {
    let blocked = 0
    const url = await serve(
      express().use(
        tapping({}),
        handler(async (res) => {
          for (let index = 0; index < 200; index += 1) {
            if (res.write(Buffer.alloc(65_536))) continue
            blocked += 1
            await once(res, 'drain')
          }
          res.end()
        }),
      ),
    )
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(200 * 65_536)
    expect(blocked).toBeGreaterThan(0)
  })

  it('sees plain bytes where compression() was mounted before', async () => {
    const seen: string[] = []
    const url = await serve(
      express().use(
        compression({ threshold: 0 }),
        tapping({
          chunk(bytes) {
            seen.push(bytes.toString())
            return bytes
          },
        }),
        handler((res) => {
          res.setHeader('content-type', 'text/plain')
          res.end('plain')
        }),
      ),
    )
    const answer = await fetch(url)
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.text()).toBe('plain')
    expect(seen).toEqual(['plain'])
  })

  it('sends the head of a stream at once when it is flushed', async () => {
    let response: ServerResponse
    const url = await serve(
      express().use(
        tapping({}),
        handler((res) => {
          response = res
          res.setHeader('content-type', 'text/event-stream')
          res.flushHeaders()
        }),
      ),
    )
    const answer = await fetch(url)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    response!.end('data: x\n\n')
    expect(await answer.text()).toBe('data: x\n\n')
  })
})

describe('two answers are never mixed', () => {
  const keeping: Record<string, Partial<Transformer>> = {
    'that is held': { head: () => 'hold' },
    'whose first bytes are kept': {
      chunk: () => undefined,
      flush: () => Buffer.from('half of it, and the rest'),
    },
    'whose transformer takes its time': { head: () => 'hold', flush: () => new Promise<undefined>(() => {}) },
  }
  const errorHandlers: Record<string, ErrorRequestHandler> = {
    'the default error handler': (error, _req, _res, next) => next(error),
    'one by the book': (error, _req, res, next) =>
      res.headersSent ? next(error) : void res.status(500).json({ error: 'sorry' }),
    'one that never asks': (_error, _req, res, _next) => void res.status(500).json({ error: 'sorry' }),
    'one that writes a head': (_error, _req, res, _next) =>
      void res.writeHead(500, { 'content-length': 5 }).end('sorry'),
    'one that only ends': (_error, _req, res, _next) => {
      res.statusCode = 500
      res.end('sorry')
    },
  }
  const cases = Object.keys(keeping).flatMap((what) => Object.keys(errorHandlers).map((who) => [what, who]))

  it.each(cases)('half of an answer %s, and %s: the connection is cut', async (what, who) => {
    const app = express().set('env', 'test').use(tapping(keeping[what!]!))
    let headersSent: boolean | undefined
    app.post('/chat', (_req, res, next) => {
      res.setHeader('content-type', 'application/json')
      res.write('{"answer":"half of it, ')
      headersSent = res.headersSent
      setImmediate(() => next(new Error('the database went away')))
    })
    app.get('/next', (_req, res) => void res.end('NEXT'))
    const url = await serve(app.use(errorHandlers[who!]!))
    const pipelined = 'GET /next HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'
    const answer = await send(url, `POST /chat HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n${pipelined}`)
    expect(headersSent).toBe(true)
    expect(answer).toBe('')
  })

  it('a head that was written is as good as sent, and a second one replaces it only before the first byte', async () => {
    let headersSent: boolean | undefined
    const url = await serve(
      express().use(
        tapping({ head: () => 'hold' }),
        handler((res) => {
          res.writeHead(200, { 'x-own': '1' })
          headersSent = res.headersSent
          res.write('a')
          // As some session and compression middlewares do before every write.
          res.writeHead(res.statusCode)
          expect(() => res.writeHead(500)).toThrow('after they are sent')
          res.end('b')
        }),
      ),
    )
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('x-own'), await answer.text()]).toEqual([200, '1', 'ab'])
    expect(headersSent).toBe(true)
  })

  it('says the truth to a transformer that flushes, and to all once the response has closed', async () => {
    let response: ServerResponse
    const flushed = Promise.withResolvers<boolean>()
    const closed = Promise.withResolvers<boolean>()
    const app = express().use(
      tapping({
        head(res) {
          response = res
          return 'hold'
        },
        flush() {
          flushed.resolve(response.headersSent)
          return undefined
        },
      }),
    )
    app.get('/whole', (_req, res) => void res.json({ a: 1 }))
    app.get('/left', (req, res) => {
      res.once('close', () => closed.resolve(res.headersSent))
      res.write('half')
      req.socket.destroy()
    })
    const url = await serve(app)
    expect((await fetch(`${url}/whole`)).status).toBe(200)
    expect(await flushed.promise).toBe(false)
    await expect(fetch(`${url}/left`)).rejects.toThrow()
    expect(await closed.promise).toBe(false)
  })

  it('says the length of what is sent where a transformer changes what was held', async () => {
    const app = express().use(tapping({ head: () => 'hold', flush: () => Buffer.from(' and more') }))
    const url = await serve(app.use(handler((res) => res.setHeader('content-length', 4).end('this'))))
    const answer = await fetch(url)
    expect([answer.headers.get('content-length'), await answer.text()]).toEqual(['13', 'this and more'])
  })

  it('takes what is written behind the end for nothing, while its transformer takes its time', async () => {
    const late = Promise.withResolvers<undefined>()
    const url = await serve(
      express().use(
        tapping({ head: () => 'hold', flush: () => late.promise }),
        handler((res) => {
          res.end('whole')
          res.write('late')
          res.end('later')
          late.resolve(undefined)
        }),
      ),
    )
    expect(await (await fetch(url)).text()).toBe('whole')
  })
})
