import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { isUnsent } from './unsent.ts'

const failureOf = (url: string) => fetch(url, { method: 'POST', body: '{}' }).catch((error: unknown) => error)

/** A port that was just given back, so that nobody listens on it. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

it('knows what native fetch says of a connection that never was', async () => {
  const port = await closedPort()
  expect(isUnsent(await failureOf(`http://127.0.0.1:${port}/`))).toBe(true)
  expect(isUnsent(await failureOf(`http://localhost:${port}/`))).toBe(true)
  expect(isUnsent(await failureOf('http://nowhere.invalid/'))).toBe(true)
})

it('knows an address that fetch does not connect to', async () => {
  expect(isUnsent(await failureOf('http://127.0.0.1:1/'))).toBe(true)
  expect(isUnsent(await failureOf('nowhere://127.0.0.1/'))).toBe(true)
})

it('takes a connection that broke for one that had carried the request', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  expect(isUnsent(await failureOf(`http://127.0.0.1:${port}/`))).toBe(false)
  await new Promise((resolve) => server.close(resolve))
})

it.each([
  new Error('no cause'),
  new Error('bad port'),
  new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
  new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ETIMEDOUT' }) }),
  'a string',
  undefined,
])('counts what it does not know as sent: %s', (error) => {
  expect(isUnsent(error)).toBe(false)
})
