import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Behaviour,
  contextLengthExceeded,
  dieAfter,
  errorAfter,
  overloaded,
  rateLimited,
  resetBeforeHead,
  serverError,
  truncateAfter,
} from './behaviour.ts'
import { fixedClock } from './clock.ts'
import { gate } from './gate.ts'
import {
  type SimulatedProvider,
  type SimulatedProviderOptions,
  simulatedProvider,
} from './simulated-provider.ts'

const ASK = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'What does it cost?' }] }
const STREAM = { ...ASK, stream: true as const, stream_options: { include_usage: true } }
const LENGTH = 24

let provider: SimulatedProvider
let openai: OpenAI

const start = async (options?: SimulatedProviderOptions) => {
  provider = await simulatedProvider(options)
  openai = new OpenAI({ baseURL: provider.url, apiKey: 'any', maxRetries: 0 })
}
beforeEach(() => start())
afterEach(() => provider.close())

const post = (body: object, init: RequestInit = {}) =>
  fetch(`${provider.url}/chat/completions`, { method: 'POST', body: JSON.stringify(body), ...init })

/** The body of an answer as the HTTP chunks it came in: `fetch` joins them. */
const httpChunks = (body: object) =>
  new Promise<Buffer[]>((resolve, reject) => {
    const asked = request(`${provider.url}/chat/completions`, { method: 'POST' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(chunks))
    })
    asked.on('error', reject)
    asked.end(JSON.stringify(body))
  })

const lastRequest = () => provider.requests.at(-1)!

/** What the SDK makes of a stream: the text so far, and the fault that ended it, if any. */
const readStream = async (body: typeof STREAM = STREAM) => {
  let text = ''
  let usage: unknown
  try {
    for await (const chunk of await openai.chat.completions.create(body)) {
      text += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage ?? usage
    }
    return { text, usage }
  } catch (fault) {
    return { text, usage, fault }
  }
}

describe('refusals', () => {
  it.each([
    ['429', rateLimited({ retryAfterS: 7 }), { status: 429, code: 'rate_limit_exceeded' }],
    ['500', serverError, { status: 500, type: 'server_error' }],
    ['503', overloaded, { status: 503 }],
    ['context', contextLengthExceeded, { status: 400, code: 'context_length_exceeded', param: 'messages' }],
  ] as const)('%s', async (_, behaviour, error) => {
    provider.next(behaviour)
    const fault: unknown = await openai.chat.completions.create(ASK).catch((fault: unknown) => fault)
    expect(fault).toMatchObject(error)
    expect(lastRequest()).toMatchObject({ outcome: 'refused', status: error.status, nanoUsd: 0, texts: [] })
    expect(provider.totals()).toMatchObject({ requests: 1, reached: 0, nanoUsd: 0 })
  })

  it('carry their headers', async () => {
    provider.next(rateLimited({ retryAfterS: 7 }))
    const response = await post(ASK)
    expect(response.headers.get('retry-after')).toBe('7')
    await response.json()
  })
})

describe('the order of behaviours', () => {
  it('takes what is queued first, then asks behave, then does what it always does', async () => {
    await provider.close()
    await start({
      answerTokens: 3,
      behave: ({ body }) => ((body as { n?: number }).n === 2 ? { answerTokens: 5 } : undefined),
    })
    provider.next({ answerTokens: 7 }, { answerTokens: 9 })
    const outputs: number[] = []
    for (const n of [2, 1, 2, 1]) {
      await openai.chat.completions.create({ ...ASK, n })
      outputs.push(lastRequest().usage.output / n)
    }
    expect(outputs).toEqual([7, 9, 5, 3])
  })

  it('reports a behave that throws, and breaks the connection', async () => {
    await provider.close()
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    await start({
      behave: () => {
        throw new Error('not today')
      },
    })
    await expect(post(ASK)).rejects.toThrow()
    expect((await warned).message).toContain('not today')
    expect(lastRequest().outcome).toBe('died')
  })
})

describe('gates', () => {
  it('hold the head of an answer', async () => {
    const door = gate()
    provider.next({ hold: door })
    const asked = openai.chat.completions.create(ASK)
    await provider.waitFor(() => provider.requests[0]?.usage.input)
    expect(lastRequest()).toMatchObject({ outcome: 'open', status: 0, usage: { output: 0 } })
    door.open()
    expect((await asked).usage!.completion_tokens).toBe(LENGTH)
  })

  it('pause a stream at a chunk: nothing is generated behind it', async () => {
    const door = gate()
    provider.next({ pause: { afterChunks: 5, until: door } })
    const reading = readStream()
    await provider.waitFor(() => provider.requests[0]?.chunksSent === 5)
    expect(provider.openStreams).toBe(1)
    expect(lastRequest().usage.output).toBe(5)
    expect(provider.totals()).toMatchObject({ reached: 1, outputTokens: 5 })
    door.open()
    expect((await reading).usage).toMatchObject({ completion_tokens: LENGTH })
    expect(provider.openStreams).toBe(0)
  })

  it('that are open already hold nothing', async () => {
    const door = gate()
    door.open()
    provider.next({ hold: door, pause: { afterChunks: 2, until: door } })
    expect((await readStream()).fault).toBeUndefined()
  })
})

describe('a client that leaves', () => {
  it.each([0, 1, 5, LENGTH - 1])('after %i chunks has bought those', async (chunks) => {
    provider.next({ pause: { afterChunks: chunks, until: gate() } })
    const leaving = new AbortController()
    const response = await post(STREAM, { signal: leaving.signal })
    await provider.waitFor(() => provider.requests[0]?.chunksSent === chunks)
    leaving.abort()
    await provider.waitFor(() => provider.requests[0]?.outcome === 'aborted')
    await expect(response.text()).rejects.toThrow()
    const { usage, nanoUsd } = lastRequest()
    expect(usage.output).toBe(chunks)
    expect(nanoUsd).toBe(usage.input * 150 + chunks * 600)
    expect(provider.openStreams).toBe(0)
    expect(provider.totals().nanoUsd).toBe(nanoUsd)
  })

  it('before the head has bought its input', async () => {
    provider.next({ latencyMs: 3_600_000 })
    const leaving = new AbortController()
    const asked = post(ASK, { signal: leaving.signal })
    await provider.waitFor(() => provider.requests[0]?.usage.input)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await provider.waitFor(() => provider.requests[0]?.outcome === 'aborted')
    expect(lastRequest().usage).toMatchObject({ input: 12, output: 0 })
  })

  it('in the middle of its request has bought nothing', async () => {
    const headers = { 'content-length': 1000 }
    const asked = request(`${provider.url}/chat/completions`, { method: 'POST', headers })
    asked.on('error', () => {})
    asked.write('{"model":"gpt-4o-mini",')
    await provider.waitFor(() => provider.requests.length === 1)
    asked.destroy()
    await provider.waitFor(() => provider.requests[0]?.outcome === 'aborted')
    expect(provider.totals()).toMatchObject({ requests: 1, reached: 0, nanoUsd: 0 })
  })

  it('during a JSON answer has bought what was generated', async () => {
    provider.next({ pause: { afterChunks: 9, until: gate() } })
    const leaving = new AbortController()
    const asked = post(ASK, { signal: leaving.signal })
    await provider.waitFor(() => provider.requests[0]?.usage.output === 9)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await provider.waitFor(() => provider.requests[0]?.outcome === 'aborted')
    expect(lastRequest().usage.output).toBe(9)
  })
})

describe('bad endings', () => {
  it('resets the connection before the head, and bills nothing', async () => {
    provider.next(resetBeforeHead)
    await expect(openai.chat.completions.create(ASK)).rejects.toThrow(OpenAI.APIConnectionError)
    expect(lastRequest()).toMatchObject({ outcome: 'died', nanoUsd: 0 })
    expect(provider.totals().reached).toBe(0)
  })

  it.each([0, 1, 7, LENGTH, LENGTH + 50])(
    'dies after %i chunks, which arrive and are billed',
    async (chunks) => {
      provider.next(dieAfter(chunks))
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
    provider.next(dieAfter(0))
    const response = await post(ASK)
    await expect(response.text()).rejects.toThrow()
    expect(lastRequest()).toMatchObject({ outcome: 'died', usage: { output: LENGTH } })
  })

  it('truncates a stream that looks complete', async () => {
    provider.next(truncateAfter(4))
    const { text, fault, usage } = await readStream()
    expect([fault, usage]).toEqual([undefined, undefined])
    expect(lastRequest()).toMatchObject({ outcome: 'completed', texts: [text], usage: { output: 4 } })
  })

  it('truncates a JSON answer', async () => {
    provider.next(truncateAfter(0))
    const text = await (await post(ASK)).text()
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  it('sends an error inside a stream that began well, or in place of a JSON answer', async () => {
    provider.next(errorAfter(3), errorAfter(0))
    const { text, fault } = await readStream()
    expect(fault).toMatchObject({ type: 'server_error' })
    expect(lastRequest()).toMatchObject({ chunksSent: 3, texts: [text], usage: { output: 3 } })
    const response = await post(ASK)
    expect([response.status, await response.json()]).toMatchObject([200, { error: { type: 'server_error' } }])
  })
})

/** The `data:` lines of a stream as they are, `[DONE]` and all. */
const dataOf = (text: string) => [...text.matchAll(/^data: ?(.*)$/gm)].map(([, data]) => data!)

describe('where usage is told', () => {
  const usageAt = async (usage: NonNullable<Behaviour['usage']>) => {
    provider.next({ usage })
    const events = dataOf(await (await post(STREAM)).text())
    const chunks = events.filter((data) => data !== '[DONE]').map((data) => JSON.parse(data))
    return {
      at: chunks.length - chunks.findIndex((chunk) => chunk.usage),
      choices: chunks.find((chunk) => chunk.usage)?.choices,
    }
  }

  it('last, in a chunk without choices', async () => {
    expect(await usageAt('last')).toEqual({ at: 1, choices: [] })
  })
  it('before the finish', async () => {
    expect(await usageAt('before-finish')).toEqual({ at: 2, choices: [] })
  })
  it('with the finish', async () => {
    expect(await usageAt('with-finish')).toMatchObject({ at: 1, choices: [{ finish_reason: 'stop' }] })
  })
  it('nowhere, though it was asked for', async () => {
    expect((await usageAt('never')).choices).toBeUndefined()
    provider.next({ usage: 'never' })
    expect(await openai.chat.completions.create(ASK)).not.toHaveProperty('usage')
    expect(lastRequest().usage.output).toBe(LENGTH)
  })
})

describe('how a stream is spelt', () => {
  const SPELLINGS: [string, Behaviour, (text: string) => void][] = [
    [
      'CRLF',
      { sse: { lineEnd: '\r\n' } },
      (text) => expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/),
    ],
    [
      'comments',
      { sse: { comments: true } },
      (text) => expect(text.match(/^: comment$/gm)).toHaveLength(LENGTH + 4),
    ],
    ['no space', { sse: { tight: true } }, (text) => expect(text).not.toContain('data: ')],
    ['no [DONE]', { sse: { done: false } }, (text) => expect(text).not.toContain('[DONE]')],
  ]
  it.each(SPELLINGS)('%s, and the SDK reads it all the same', async (_, behaviour, check) => {
    provider.next(behaviour, behaviour)
    check(await (await post(STREAM)).text())
    const { text, usage } = await readStream()
    expect(lastRequest().texts).toEqual([text])
    expect(usage).toMatchObject({ completion_tokens: LENGTH })
  })

  it('compressed, though nobody asked', async () => {
    provider.next({ gzip: true }, { gzip: true }, { gzip: true })
    const response = await post(STREAM, { headers: { 'accept-encoding': 'identity' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(dataOf(await response.text()).at(-1)).toBe('[DONE]')
    expect((await readStream()).usage).toMatchObject({ completion_tokens: LENGTH })
    expect((await openai.chat.completions.create(ASK)).usage).toMatchObject({ completion_tokens: LENGTH })
  })

  it('cut into single bytes: inside characters and line ends', async () => {
    provider.next({ cut: 1, multibyte: true, sse: { lineEnd: '\r\n' } })
    const chunks = await httpChunks(STREAM)
    expect(Math.max(...chunks.map(({ length }) => length))).toBe(1)
    const said = dataOf(Buffer.concat(chunks).toString()).slice(0, -1)
    expect(said.map((data) => JSON.parse(data).choices[0]?.delta.content ?? '').join('')).toBe(
      lastRequest().texts[0],
    )
  })

  it('cut anywhere, with what is left over joined to the next event: the same bytes', async () => {
    const whole = await (await post(STREAM)).text()
    const bytesOnly = (text: string) => text.replaceAll(/"(id|created)":("[^"]*"|\d+)/g, '')
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(sizes, async (sizes) => {
        provider.next({
          cut: (bytes) =>
            sizes.filter((_, index) => sizes.slice(0, index + 1).reduce((a, b) => a + b) <= bytes.length),
        })
        expect(bytesOnly(await (await post(STREAM)).text())).toBe(bytesOnly(whole))
      }),
      { numRuns: 25 },
    )
  })

  it('cut larger than an event: several arrive in one write', async () => {
    provider.next({ cut: 1000 })
    const sizes = (await httpChunks(STREAM)).map(({ length }) => length)
    expect(sizes.slice(0, -1).every((size) => size === 1000)).toBe(true)
    expect(sizes.at(-1)).toBeLessThan(1000)
  })
})

describe('pacing', () => {
  it('comes to the same answer and count', async () => {
    const plain = await readStream()
    provider.next({ latencyMs: 2, chunkIntervalMs: 0.5 })
    expect(await readStream()).toEqual(plain)
  })

  it('lets other requests pass meanwhile', async () => {
    const door = gate()
    provider.next({ pause: { afterChunks: 1, until: door } })
    const slow = readStream()
    await provider.waitFor(() => provider.openStreams === 1)
    await openai.chat.completions.create(ASK)
    expect(provider.requests.map(({ outcome }) => outcome)).toEqual(['open', 'completed'])
    door.open()
    await slow
  })
})

describe('the books', () => {
  it('add up, for everything that ever arrived', async () => {
    await provider.close()
    await start({ keepRequests: 3 })
    for (let count = 0; count < 10; count += 1) await openai.chat.completions.create(ASK)
    expect(provider.requests.length).toBeLessThanOrEqual(6)
    expect(provider.requests.at(-1)!.id).toBe('req_simulated_10')
    expect(provider.totals()).toEqual({
      requests: 10,
      reached: 10,
      inputTokens: 120,
      outputTokens: 10 * LENGTH,
      nanoUsd: 10 * (12 * 150 + LENGTH * 600),
    })
    provider.reset()
    expect(provider.totals()).toMatchObject({ requests: 0, nanoUsd: 0 })
    expect(provider.requests).toEqual([])
  })

  it('forget, when reset, what is still being answered', async () => {
    const door = gate()
    provider.next({ pause: { afterChunks: 1, until: door } })
    const reading = readStream()
    await provider.waitFor(() => provider.openStreams === 1)
    provider.reset()
    door.open()
    expect((await reading).fault).toBeUndefined()
    expect(provider.totals()).toMatchObject({ requests: 0, outputTokens: 0, nanoUsd: 0 })
  })

  it('take prices of a model that only the test knows', async () => {
    await provider.close()
    await start({ prices: { 'gpt-test': { input: '0', output: '1000' } } })
    await openai.chat.completions.create({
      ...ASK,
      model: 'gpt-test',
      max_tokens: 100,
      metadata: { answer_tokens: '100' },
    })
    expect(provider.totals().nanoUsd).toBe(100_000_000)
  })

  it('count input by bytes, or as a test says', async () => {
    await provider.close()
    await start({ countInput: 'bytes' })
    await post(ASK)
    expect(lastRequest().usage.input).toBe(Math.ceil(JSON.stringify(ASK).length / 4))
    await provider.close()
    await start({ countInput: (body) => (body as typeof ASK).messages.length * 100 })
    await post(ASK)
    expect(lastRequest().usage.input).toBe(100)
  })

  it('are dated by the clock they are given', async () => {
    await provider.close()
    const clock = fixedClock(1_700_000_000_000)
    const door = gate()
    await start({ clock })
    provider.next({ hold: door })
    const asked = openai.chat.completions.create(ASK)
    await provider.waitFor(() => provider.requests[0]?.usage.input)
    clock.advance(1500)
    door.open()
    expect((await asked).created).toBe(1_700_000_000)
    expect(lastRequest()).toMatchObject({ startedAtMs: 1_700_000_000_000, endedAtMs: 1_700_000_001_500 })
  })

  it('are closed when the client has its answer', async () => {
    for (let count = 0; count < 20; count += 1) {
      await openai.chat.completions.create(ASK)
      expect(lastRequest().outcome).toBe('completed')
    }
  })
})

describe('the server', () => {
  it('serves a thousand at once, each counted once', async () => {
    const answers = Array.from({ length: 1000 }, () => post(ASK).then((response) => response.json()))
    await Promise.all(answers)
    expect(provider.totals()).toMatchObject({ requests: 1000, reached: 1000, outputTokens: 1000 * LENGTH })
  })

  it('rejects when its port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    await expect(simulatedProvider({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    other.close()
  })

  it('closes with streams still open, and tells who waits', async () => {
    provider.next({ pause: { afterChunks: 1, until: gate() } })
    const reading = readStream()
    await provider.waitFor(() => provider.openStreams === 1)
    const waiting = provider.waitFor(() => provider.requests.length === 99)
    const told = expect(waiting).rejects.toThrow('closed before')
    await provider.close()
    await told
    expect((await reading).fault).toBeInstanceOf(Error)
  })
})
