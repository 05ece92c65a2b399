import { describe, expect, it } from 'vitest'
import { messages } from '../support/handlers.ts'
import {
  behindGateway,
  event,
  INPUT_NANO_USD,
  lastEvents,
  OUTPUT_NANO_USD,
  PLAIN,
  readEvents,
} from '../support/upstream.ts'

/** Read one after the other, the pieces of all choices would join to far fewer tokens than were generated. */
const PIECES = Array.from({ length: 200 }, (_, at) => (at % 2 ? '\n' : '7'))

const interleaved = (n: number): string =>
  PIECES.flatMap((piece) => Array.from({ length: n }, (_, index) => event(piece, { index }))).join('')

const asking = (n: number) => ({ model: PLAIN, n, messages, max_tokens: 1_000, stream: true })

describe('choices of one stream', () => {
  it('are charged each for itself when the provider tells no usage', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.end(`${interleaved(16)}data: [DONE]\n\n`)
    })
    await (await post('/chat/completions', asking(16))).text()
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(16 * PIECES.length * OUTPUT_NANO_USD)
  })

  it('are charged what the provider tells of all of them', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.end(interleaved(16) + lastEvents({ prompt_tokens: 20, completion_tokens: 3_200 }))
    })
    await (await post('/chat/completions', asking(16))).text()
    await atRest()
    expect((await books()).spent).toBe(20 * INPUT_NANO_USD + 3_200 * OUTPUT_NANO_USD)
  })

  it('are charged each to a client that leaves before the usage of eight of them', async () => {
    const { post, books, atRest } = await behindGateway((res) => {
      res.setHeader('content-type', 'text/event-stream')
      res.write(interleaved(8))
    })
    const client = new AbortController()
    const answer = await post('/chat/completions', asking(8), { signal: client.signal })
    await readEvents(answer, 8 * PIECES.length)
    client.abort()
    await atRest()
    expect((await books()).spent).toBeGreaterThanOrEqual(8 * PIECES.length * OUTPUT_NANO_USD)
  })
})
