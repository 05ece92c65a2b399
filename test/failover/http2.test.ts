import { constants, createSecureServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { providerAgent } from '@tollgate/kit/stages/provider-failover'
import { beforeAll, describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { selfSigned } from './self-signed.ts'
import { answered, served, threeProviders } from './three-providers.ts'

const ANSWER = JSON.stringify({ object: 'chat.completion', choices: [{ message: { content: 'hello' } }] })
const EVENT = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'hello' } }] })}\n\n`

/** What a provider does with a request that it has read whole. */
type Conduct = (stream: ServerHttp2Stream) => void

const head = (type: string) => ({ ':status': 200, 'content-type': type })
const answers: Conduct = (stream) => {
  stream.respond(head('application/json'))
  stream.end(ANSWER)
}

let tls: ReturnType<typeof selfSigned>
beforeAll(() => {
  tls = selfSigned()
})

/** A first provider that speaks HTTP/2 over TLS, and does this with its first requests; a second one that is well. */
async function overHttp2(...conducts: readonly Conduct[]) {
  const queue = [...conducts]
  let connections = 0
  const server = createSecureServer(tls)
  server.on('session', () => {
    connections += 1
  })
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    const conduct = queue.shift() ?? answers
    stream.resume().on('end', () => conduct(stream))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  closeAfter(async () => void server.close())
  const dispatcher = providerAgent({ ca: tls.cert.toString() })
  closeAfter(() => dispatcher.destroy())
  const baseUrl = `https://localhost:${(server.address() as AddressInfo).port}/v1`
  const bench = await threeProviders({
    providers: { a: { baseUrl } },
    route: { targets: ['a/small', 'b/medium'] },
    calling: { dispatcher },
  })
  return { bench, connections: () => connections }
}

describe('a provider that speaks HTTP/2', () => {
  it('and refuses a stream has done nothing with it: it costs nothing, and the next one answers', async () => {
    const refuses: Conduct = (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM)
    // The agent asks once more by itself.
    const { bench } = await overHttp2(refuses, refuses)
    expect(served(await answered(bench))).toBe('b')
    const spent = await bench.books()
    expect(bench.tried[0]).toMatchObject([
      { provider: 'a', outcome: 'unreachable', reason: 'unreachable', lostNanoUsd: 0 },
      { provider: 'b', outcome: 'answered' },
    ])
    expect(spent).toBe(bench.b.totals().nanoUsd)
  })

  it.each<[string, Conduct]>([
    ['resets a stream', (stream) => stream.destroy(new Error('No.'))],
    ['is too busy for it', (stream) => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)],
    ['goes away without it', (stream) => stream.session?.destroy()],
  ])(
    'and %s before the head may have begun: that is charged, and the next one answers',
    async (_, conduct) => {
      const { bench } = await overHttp2(conduct)
      expect(served(await answered(bench))).toBe('b')
      const spent = await bench.books()
      const [[first] = []] = bench.tried
      expect(first).toMatchObject({ provider: 'a', outcome: 'broken', reason: 'broken' })
      expect(first!.lostNanoUsd).toBeGreaterThan(0)
      expect(spent).toBe(bench.b.totals().nanoUsd + first!.lostNanoUsd!)
    },
  )

  it('and is about to go away ends what it has begun, and is called on another connection', async () => {
    const { bench, connections } = await overHttp2((stream) => {
      stream.session!.goaway(constants.NGHTTP2_NO_ERROR, stream.id)
      stream.respond(head('application/json'))
      setImmediate(() => stream.end(ANSWER))
    })
    const first = await bench.ask()
    expect([served(first), await first.text()]).toEqual(['a', ANSWER])
    const second = await bench.ask()
    expect([served(second), await second.text()]).toEqual(['a', ANSWER])
    expect(connections()).toBe(2)
    expect(bench.b.requests).toHaveLength(0)
  })

  it('and breaks off in the middle of a stream: an error event, what came is charged, and nobody else is asked', async () => {
    const { bench } = await overHttp2((stream) => {
      stream.respond(head('text/event-stream'))
      stream.write(EVENT, () => stream.destroy(new Error('No.')))
    })
    const answer = await bench.ask({ stream: true })
    const text = await answer.text()
    expect(text.startsWith(EVENT)).toBe(true)
    expect(text).toContain('"code":"provider_error"')
    expect(await bench.books()).toBeGreaterThan(0)
    expect(bench.tried[0]).toMatchObject([{ provider: 'a', outcome: 'broken', reason: 'broken' }])
    expect(bench.b.requests).toHaveLength(0)
  })

  it('and says more behind its answer is not passed on with that: trailers', async () => {
    const { bench } = await overHttp2((stream) => {
      stream.respond(head('application/json'), { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-of-a': 'secret' }))
      stream.end(ANSWER)
    })
    const answer = await bench.ask()
    expect([served(answer), await answer.text()]).toEqual(['a', ANSWER])
    expect([...answer.headers.keys()]).not.toContain('x-of-a')
  })
})
