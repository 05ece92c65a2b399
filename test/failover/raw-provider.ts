import { createServer, type Socket } from 'node:net'
import { expect } from 'vitest'
import { closeAfter } from '../support/close-after.ts'

/** What a provider does at the level of TCP with a request that it has read whole. */
export type Misbehaviour = (socket: Socket) => void

export interface RawProvider {
  /** Up to and including `/v1`. */
  readonly url: string
  /** Requests that have been read whole. */
  readonly requests: number
  /** Do this with the next request; without orders it says nothing, for ever. */
  next(...behaviours: readonly Misbehaviour[]): void
  /** Resolves once no connection is open any more. */
  closed(): Promise<void>
}

/** A provider made of bytes: what no HTTP server would let a test do. */
export async function rawProvider(): Promise<RawProvider> {
  const sockets = new Set<Socket>()
  const queue: Misbehaviour[] = []
  let requests = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    let seen = ''
    socket.on('data', (bytes) => {
      seen += bytes.toString('latin1')
      const head = seen.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 0)
      if (head === -1 || seen.length < head + 4 + length) return
      seen = ''
      requests += 1
      queue.shift()?.(socket)
    })
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeAfter(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    get requests() {
      return requests
    },
    next: (...behaviours) => void queue.push(...behaviours),
    closed: () =>
      expect
        .poll(() => sockets.size)
        .toBe(0)
        .then(() => {}),
  }
}

const head = (status: string, type: string, more = '') =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\nconnection: close\r\n${more}`

/** A whole answer of this body. */
export const answers =
  (status: string, type: string, body: string): Misbehaviour =>
  (socket) =>
    void socket.end(`${head(status, type)}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)

/** The begin of an answer in chunks, and then what is done with the connection. */
export const begins =
  (type: string, body: string, then: Misbehaviour): Misbehaviour =>
  (socket) => {
    const chunk = body === '' ? '' : `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`
    socket.write(`${head('200 OK', type, 'transfer-encoding: chunked\r\n')}\r\n${chunk}`, () => then(socket))
  }

/** Half of an answer whose length was promised. */
export const breaksPromise =
  (type: string, body: string): Misbehaviour =>
  (socket) =>
    void socket.end(`${head('200 OK', type)}content-length: ${2 * body.length}\r\n\r\n${body}`)

export const silence: Misbehaviour = () => {}
export const reset: Misbehaviour = (socket) => void socket.resetAndDestroy()
export const hangUp: Misbehaviour = (socket) => void socket.end()
export const noise: Misbehaviour = (socket) => void socket.end('SMTP ready\r\n\r\n')
/** The terminating chunk: the body ends well, whatever was in it. */
export const endsWell: Misbehaviour = (socket) => void socket.end('0\r\n\r\n')
