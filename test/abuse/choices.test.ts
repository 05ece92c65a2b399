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

/**
 * Two tokens and one: digits go by threes. The pieces of sixteen choices, read one after the other, join to a run of 64
 * digits, which is 22 tokens and not 32, so that choices which are not kept apart show in the charge.
 */
const PIECES = Array.from({ length: 200 }, (_, at) => (at % 2 ? '\n' : '1234'))
const TOKENS = 300

const interleaved = (n: number): string =>
  PIECES.flatMap((piece) => Array.from({ length: n }, (_, index) => event(piece, { index }))).join('')

const asking = (n: number) => ({ model: PLAIN, n, messages, max_tokens: 1_000, stream: true })

/** What a whole stream of so many choices is charged, whose provider tells no usage. */
async function chargedFor(n: number, stream = interleaved(n)): Promise<number> {
  const { post, books, atRest } = await behindGateway((res) => {
    res.setHeader('content-type', 'text/event-stream')
    res.end(`${stream}data: [DONE]\n\n`)
  })
  await (await post('/chat/completions', asking(n))).text()
  await atRest()
  return (await books()).spent
}

describe('choices of one stream', () => {
  it('are charged each for itself when the provider tells no usage', async () => {
    const ofOne = await chargedFor(1)
    expect(await chargedFor(16)).toBe(ofOne + 15 * TOKENS * OUTPUT_NANO_USD)
  })

  it('are charged a token at least for each piece that came, however few the whole would be', async () => {
    const line = Array.from({ length: 192 }, () => event('=')).join('')
    expect(await chargedFor(1, line)).toBeGreaterThanOrEqual(192 * OUTPUT_NANO_USD)
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
