import OpenAI from 'openai'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ASK, LENGTH, simulatedChats } from '../../../test/support/simulated-chats.ts'
import {
  contextLengthExceeded,
  dieAfter,
  errorAfter,
  overloaded,
  rateLimited,
  resetBeforeHead,
  serverError,
  truncateAfter,
} from './behaviour.ts'
import { gate } from './gate.ts'

const { start, provider, openai, post, lastRequest, readStream } = simulatedChats()

describe('refusals', () => {
  it.each([
    ['429', rateLimited({ retryAfterS: 7 }), { status: 429, code: 'rate_limit_exceeded' }],
    ['500', serverError, { status: 500, type: 'server_error' }],
    ['503', overloaded, { status: 503 }],
    ['context', contextLengthExceeded, { status: 400, code: 'context_length_exceeded', param: 'messages' }],
  ] as const)('%s', async (_, behaviour, error) => {
    provider().next(behaviour)
    const fault: unknown = await openai()
      .chat.completions.create(ASK)
      .catch((fault: unknown) => fault)
    expect(fault).toMatchObject(error)
    expect(lastRequest()).toMatchObject({ outcome: 'refused', status: error.status, nanoUsd: 0, texts: [] })
    expect(provider().totals()).toMatchObject({ requests: 1, reached: 0, nanoUsd: 0 })
  })

  it('carry their headers', async () => {
    provider().next(rateLimited({ retryAfterS: 7 }))
    const response = await post(ASK)
    expect(response.headers.get('retry-after')).toBe('7')
    await response.json()
  })
})

describe('the order of behaviours', () => {
  it('takes what is queued first, then asks behave, then does what it always does', async () => {
    await provider().close()
    await start({
      answerTokens: 3,
      behave: ({ body }) => ((body as { n?: number }).n === 2 ? { answerTokens: 5 } : undefined),
    })
    provider().next({ answerTokens: 7 }, { answerTokens: 9 })
    const outputs: number[] = []
    for (const n of [2, 1, 2, 1]) {
      await openai().chat.completions.create({ ...ASK, n })
      outputs.push(lastRequest().usage.output / n)
    }
    expect(outputs).toEqual([7, 9, 5, 3])
  })

  it('reports a behave that throws, and breaks the connection', async () => {
    await provider().close()
    const warnings: string[] = []
    const hear = ({ message }: Error) => warnings.push(message)
    process.on('warning', hear)
    onTestFinished(() => void process.off('warning', hear))
    await start({
      behave: () => {
        throw new Error('not today')
      },
    })
    await expect(post(ASK)).rejects.toThrow()
    await expect.poll(() => warnings.join()).toContain('not today')
    expect(lastRequest().outcome).toBe('died')
  })
})

describe('gates', () => {
  it('hold the head of an answer', async () => {
    const door = gate()
    provider().next({ hold: door })
    const asked = openai().chat.completions.create(ASK)
    await provider().waitFor(() => provider().requests[0]?.usage.input)
    expect(lastRequest()).toMatchObject({ outcome: 'open', status: 0, usage: { output: 0 } })
    door.open()
    expect((await asked).usage!.completion_tokens).toBe(LENGTH)
  })

  it('pause a stream at a chunk: nothing is generated behind it', async () => {
    const door = gate()
    provider().next({ pause: { afterChunks: 5, until: door } })
    const reading = readStream()
    await provider().waitFor(() => provider().requests[0]?.chunksSent === 5)
    expect(provider().openStreams).toBe(1)
    expect(lastRequest().usage.output).toBe(5)
    expect(provider().totals()).toMatchObject({ reached: 1, outputTokens: 5 })
    door.open()
    expect((await reading).usage).toMatchObject({ completion_tokens: LENGTH })
    expect(provider().openStreams).toBe(0)
  })

  it('that are open already hold nothing', async () => {
    const door = gate()
    door.open()
    provider().next({ hold: door, pause: { afterChunks: 2, until: door } })
    expect((await readStream()).fault).toBeUndefined()
  })
})

describe('bad endings', () => {
  it('resets the connection before the head, and bills nothing', async () => {
    provider().next(resetBeforeHead)
    await expect(openai().chat.completions.create(ASK)).rejects.toThrow(OpenAI.APIConnectionError)
    expect(lastRequest()).toMatchObject({ outcome: 'died', nanoUsd: 0 })
    expect(provider().totals().reached).toBe(0)
  })

  it.each([0, 1, 7, LENGTH, LENGTH + 50])(
    'dies after %i chunks, which arrive and are billed',
    async (chunks) => {
      provider().next(dieAfter(chunks))
      const { text, fault, usage } = await readStream()
      const sent = Math.min(chunks, LENGTH)
      expect(fault).toBeInstanceOf(Error)
      expect(usage).toBeUndefined()
      expect(lastRequest()).toMatchObject({
        outcome: 'died',
        chunksSent: sent,
        texts: [text],
        usage: { output: sent },
      })
    },
  )

  it('dies in the middle of a JSON answer, which is billed whole', async () => {
    provider().next(dieAfter(0))
    const response = await post(ASK)
    await expect(response.text()).rejects.toThrow()
    expect(lastRequest()).toMatchObject({ outcome: 'died', usage: { output: LENGTH } })
  })

  it('truncates a stream that looks complete', async () => {
    provider().next(truncateAfter(4))
    const { text, fault, usage } = await readStream()
    expect([fault, usage]).toEqual([undefined, undefined])
    expect(lastRequest()).toMatchObject({ outcome: 'completed', texts: [text], usage: { output: 4 } })
  })

  it('truncates a JSON answer', async () => {
    provider().next(truncateAfter(0))
    const text = await (await post(ASK)).text()
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  it('sends an error inside a stream that began well, or in place of a JSON answer', async () => {
    provider().next(errorAfter(3), errorAfter(0))
    const { text, fault } = await readStream()
    expect(fault).toMatchObject({ type: 'server_error' })
    expect(lastRequest()).toMatchObject({ chunksSent: 3, texts: [text], usage: { output: 3 } })
    const response = await post(ASK)
    expect([response.status, await response.json()]).toMatchObject([200, { error: { type: 'server_error' } }])
  })
})

describe('pacing', () => {
  it('comes to the same answer and count', async () => {
    const plain = await readStream()
    provider().next({ latencyMs: 2, chunkIntervalMs: 0.5 })
    expect(await readStream()).toEqual(plain)
  })

  it('lets other requests pass meanwhile', async () => {
    const door = gate()
    provider().next({ pause: { afterChunks: 1, until: door } })
    const slow = readStream()
    await provider().waitFor(() => provider().openStreams === 1)
    await openai().chat.completions.create(ASK)
    expect(provider().requests.map(({ outcome }) => outcome)).toEqual(['open', 'completed'])
    door.open()
    await slow
  })
})
