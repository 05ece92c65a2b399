import { request as ask, createServer } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createTlsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { modelRoutes, providerFailover, providerPassages, providerProxy } from '@tollgate/kit'
import { nodeAgents, providerAgent } from '@tollgate/kit/stages/provider-failover'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { dial } from '../../packages/kit/src/realtime/dial.ts'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'
import { selfSigned } from './self-signed.ts'

const ANSWER = JSON.stringify({ object: 'chat.completion', choices: [{ message: { content: 'hello' } }] })

type Listening = {
  listen(port: number, host: string, done: () => void): unknown
  address(): unknown
  close(): unknown
}

async function portOf(server: Listening): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

/** A proxy that makes tunnels, and notes for where. */
async function tunnel(): Promise<{ readonly url: string; readonly seen: readonly string[] }> {
  const seen: string[] = []
  const sockets: Socket[] = []
  const proxy = createServer().on('connect', (req, socket, head) => {
    seen.push(`CONNECT ${req.url}`)
    const [hostname, port] = req.url!.split(':')
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    for (const each of [socket, upstream]) each.on('error', () => each.destroy())
    sockets.push(upstream, socket as Socket)
  })
  const url = `http://127.0.0.1:${await portOf(proxy)}`
  closeAfter(async () => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  return { url, seen }
}

/** A gateway before this provider. */
async function gatewayTo(baseUrl: string, options: Parameters<typeof providerAgent>[0] = {}) {
  const dispatcher = providerAgent(options)
  closeAfter(() => dispatcher.destroy())
  const routes = modelRoutes({ providers: [{ name: 'openai', dialect: 'openai', baseUrl }] })
  const url = await serve(express().use(providerFailover({ routes, dispatcher, retries: { max: 0 } })))
  return () =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'x' }] }),
    })
}

describe('connections', () => {
  it('are kept: 99 of 100 calls find one that is open', async () => {
    let connections = 0
    const server = createServer((req, res) => {
      req.resume().once('end', () => res.setHeader('content-type', 'application/json').end(ANSWER))
    }).on('connection', () => {
      connections += 1
    })
    const port = await portOf(server)
    closeAfter(async () => server.closeAllConnections())
    closeAfter(async () => void server.close())
    const post = await gatewayTo(`http://127.0.0.1:${port}/v1`)
    for (let call = 0; call < 200; call += 1) expect((await (await post()).text()).length).toBe(ANSWER.length)
    expect(connections).toBeLessThanOrEqual(2)
  })

  it.each([
    ['HTTP/2', '2.0'],
    ['HTTP/1.1', '1.1'],
  ])('speak %s over TLS, where that is what the provider speaks', async (name, version) => {
    const tls = selfSigned()
    const versions: string[] = []
    const listener = (
      req: { httpVersion: string; resume(): unknown },
      res: { setHeader(name: string, value: string): unknown; end(text: string): unknown },
    ) => {
      versions.push(req.httpVersion)
      req.resume()
      res.setHeader('content-type', 'application/json')
      res.end(ANSWER)
    }
    const server = name === 'HTTP/2' ? createSecureServer(tls, listener) : createTlsServer(tls, listener)
    const port = await portOf(server)
    closeAfter(async () => void server.close())
    const post = await gatewayTo(`https://localhost:${port}/v1`, { ca: tls.cert.toString() })
    const answer = await post()
    expect([answer.status, await answer.text()]).toEqual([200, ANSWER])
    expect(versions).toEqual([version])
  })

  it('are not made to a provider whose certificate nobody has signed', async () => {
    const tls = selfSigned()
    const server = createTlsServer(tls, (_, res) => res.end(ANSWER))
    const port = await portOf(server)
    closeAfter(async () => void server.close())
    const post = await gatewayTo(`https://localhost:${port}/v1`)
    expect((await post()).status).toBe(503)
  })

  it('go through the proxy that the environment names, and not for those it excepts', async () => {
    const seen: string[] = []
    const tunnels: Socket[] = []
    const provider = createServer((req, res) => {
      req.resume().once('end', () => res.setHeader('content-type', 'application/json').end(ANSWER))
    })
    const providerPort = await portOf(provider)
    const proxy = createServer((req, res) => {
      seen.push(`${req.method} ${req.url}`)
      const { host, path } = { host: new URL(req.url!).host, path: new URL(req.url!).pathname }
      const [hostname, port] = host.split(':')
      req.pipe(
        ask({ hostname, port, path, method: req.method, headers: req.headers }, (answer) => {
          res.writeHead(answer.statusCode!, answer.headers)
          answer.pipe(res)
        }),
      )
    }).on('connect', (req, socket, head) => {
      seen.push(`CONNECT ${req.url}`)
      const [hostname, port] = req.url!.split(':')
      const upstream = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.write(head)
        upstream.pipe(socket).pipe(upstream)
      })
      tunnels.push(upstream)
    })
    const proxyPort = await portOf(proxy)
    closeAfter(async () => {
      for (const tunnel of tunnels) tunnel.destroy()
      for (const server of [provider, proxy]) {
        server.closeAllConnections()
        server.close()
      }
    })
    const proxies = { http: `http://127.0.0.1:${proxyPort}` }
    const baseUrl = `http://127.0.0.1:${providerPort}/v1`
    const through = await gatewayTo(baseUrl, { proxies })
    expect((await through()).status).toBe(200)
    expect(seen).toHaveLength(1)
    expect(seen[0]).toContain(String(providerPort))
    const past = await gatewayTo(baseUrl, { proxies: { ...proxies, except: '127.0.0.1' } })
    expect((await past()).status).toBe(200)
    expect(seen).toHaveLength(1)
  })

  it('of a session, and of what is passed through, go through it as well', async () => {
    const tls = selfSigned()
    const proxy = await tunnel()
    const provider = createTlsServer(tls, (req, res) => {
      req.resume().once('end', () => res.setHeader('content-type', 'application/json').end(ANSWER))
    })
    const port = await portOf(provider)
    closeAfter(async () => {
      provider.closeAllConnections()
      provider.close()
    })
    const sessions = new WebSocketServer({ server: provider })
    const openai = { name: 'openai', dialect: 'openai', baseUrl: `https://localhost:${port}/v1` } as const
    const agentsBy = (proxies: NonNullable<Parameters<typeof nodeAgents>[0]>['proxies']) => {
      const agents = nodeAgents({ proxies: proxies ?? {}, ca: tls.cert.toString() })
      closeAfter(async () => agents.https.destroy())
      return agents
    }
    const through = { https: proxy.url }
    const past = { ...through, except: 'localhost' }

    const session = async (proxies: typeof through) => {
      const options = { headers: {}, connectMs: 10_000, messageBytes: 1_000, agents: agentsBy(proxies) }
      const signal = new AbortController().signal
      const dialled = await dial({ provider: openai, model: 'gpt-realtime' }, { ...options, signal })
      if ('upstream' in dialled) dialled.upstream.terminate()
      return 'upstream' in dialled
    }
    const passed = async (proxies: typeof through) => {
      const passages = providerPassages({ providers: [openai] })
      const url = await serve(express().use(providerProxy({ passages, agents: agentsBy(proxies) })))
      return (await fetch(`${url}/v1/files`)).text()
    }
    expect([await session(past), await passed(past)]).toEqual([true, ANSWER])
    expect(proxy.seen).toEqual([])
    expect(await session(through)).toBe(true)
    expect(proxy.seen).toEqual([`CONNECT localhost:${port}`])
    expect(await passed(through)).toBe(ANSWER)
    expect(proxy.seen).toEqual([`CONNECT localhost:${port}`, `CONNECT localhost:${port}`])
    sessions.close()
  })
})
