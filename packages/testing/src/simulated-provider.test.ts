import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ASK, LENGTH, STREAM, simulatedChats } from '../../../test/support/simulated-chats.ts'
import { fixedClock } from './clock.ts'
import { gate } from './gate.ts'
import { simulatedProvider } from './simulated-provider.ts'

const { start, provider, openai, post, lastRequest, readStream } = simulatedChats()

describe('a client that leaves', () => {
  it.each([0, 1, 5, LENGTH - 1])('after %i chunks has bought those', async (chunks) => {
    provider().next({ pause: { afterChunks: chunks, until: gate() } })
    const leaving = new AbortController()
    const response = await post(STREAM, { signal: leaving.signal })
    await provider().waitFor(() => provider().requests[0]?.chunksSent === chunks)
    leaving.abort()
    await provider().waitFor(() => provider().requests[0]?.outcome === 'aborted')
    await expect(response.text()).rejects.toThrow()
    const { usage, nanoUsd } = lastRequest()
    expect(usage.output).toBe(chunks)
    expect(nanoUsd).toBe(usage.input * 150 + chunks * 600)
    expect(provider().openStreams).toBe(0)
    expect(provider().totals().nanoUsd).toBe(nanoUsd)
  })

  it('before the head has bought its input', async () => {
    provider().next({ latencyMs: 3_600_000 })
    const leaving = new AbortController()
    const asked = post(ASK, { signal: leaving.signal })
    await provider().waitFor(() => provider().requests[0]?.usage.input)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await provider().waitFor(() => provider().requests[0]?.outcome === 'aborted')
    expect(lastRequest().usage).toMatchObject({ input: 12, output: 0 })
  })

  it('in the middle of its request has bought nothing', async () => {
    const headers = { 'content-length': 1000 }
    const asked = request(`${provider().url}/chat/completions`, { method: 'POST', headers })
    asked.on('error', () => {})
    asked.write('{"model":"gpt-4o-mini",')
    await provider().waitFor(() => provider().requests.length === 1)
    asked.destroy()
    await provider().waitFor(() => provider().requests[0]?.outcome === 'aborted')
    expect(provider().totals()).toMatchObject({ requests: 1, reached: 0, nanoUsd: 0 })
  })

  it('during a JSON answer has bought what was generated', async () => {
    provider().next({ pause: { afterChunks: 9, until: gate() } })
    const leaving = new AbortController()
    const asked = post(ASK, { signal: leaving.signal })
    await provider().waitFor(() => provider().requests[0]?.usage.output === 9)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await provider().waitFor(() => provider().requests[0]?.outcome === 'aborted')
    expect(lastRequest().usage.output).toBe(9)
  })
})

describe('the books', () => {
  it('add up, for everything that ever arrived', async () => {
    await provider().close()
    await start({ keepRequests: 3 })
    for (let count = 0; count < 10; count += 1) await openai().chat.completions.create(ASK)
    expect(provider().requests.length).toBeLessThanOrEqual(6)
    expect(provider().requests.at(-1)!.id).toBe('req_simulated_10')
    expect(provider().totals()).toEqual({
      requests: 10,
      reached: 10,
      inputTokens: 120,
      outputTokens: 10 * LENGTH,
      nanoUsd: 10 * (12 * 150 + LENGTH * 600),
    })
    provider().reset()
    expect(provider().totals()).toMatchObject({ requests: 0, nanoUsd: 0 })
    expect(provider().requests).toEqual([])
  })

  it('forget, when reset, what is still being answered', async () => {
    const door = gate()
    provider().next({ pause: { afterChunks: 1, until: door } })
    const reading = readStream()
    await provider().waitFor(() => provider().openStreams === 1)
    provider().reset()
    door.open()
    expect((await reading).fault).toBeUndefined()
    expect(provider().totals()).toMatchObject({ requests: 0, outputTokens: 0, nanoUsd: 0 })
  })

  it('take prices of a model that only the test knows', async () => {
    await provider().close()
    await start({ prices: { 'gpt-test': { input: '0', output: '1000' } } })
    await openai().chat.completions.create({
      ...ASK,
      model: 'gpt-test',
      max_tokens: 100,
      metadata: { answer_tokens: '100' },
    })
    expect(provider().totals().nanoUsd).toBe(100_000_000)
  })

  it('count input by bytes, or as a test says', async () => {
    await provider().close()
    await start({ countInput: 'bytes' })
    await post(ASK)
    expect(lastRequest().usage.input).toBe(Math.ceil(JSON.stringify(ASK).length / 4))
    await provider().close()
    await start({ countInput: (body) => (body as typeof ASK).messages.length * 100 })
    await post(ASK)
    expect(lastRequest().usage.input).toBe(100)
  })

  it('are dated by the clock they are given', async () => {
    await provider().close()
    const clock = fixedClock(1_700_000_000_000)
    const door = gate()
    await start({ clock })
    provider().next({ hold: door })
    const asked = openai().chat.completions.create(ASK)
    await provider().waitFor(() => provider().requests[0]?.usage.input)
    clock.advance(1500)
    door.open()
    expect((await asked).created).toBe(1_700_000_000)
    expect(lastRequest()).toMatchObject({ startedAtMs: 1_700_000_000_000, endedAtMs: 1_700_000_001_500 })
  })

  it('are closed when the client has its answer', async () => {
    for (let count = 0; count < 20; count += 1) {
      await openai().chat.completions.create(ASK)
      expect(lastRequest().outcome).toBe('completed')
    }
  })
})

describe('the server', () => {
  it('serves a thousand at once, each counted once', async () => {
    const answers = Array.from({ length: 1000 }, () => post(ASK).then((response) => response.json()))
    await Promise.all(answers)
    expect(provider().totals()).toMatchObject({ requests: 1000, reached: 1000, outputTokens: 1000 * LENGTH })
  })

  it('rejects when its port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    await expect(simulatedProvider({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    other.close()
  })

  it('closes with streams still open, and tells who waits', async () => {
    provider().next({ pause: { afterChunks: 1, until: gate() } })
    const reading = readStream()
    await provider().waitFor(() => provider().openStreams === 1)
    const waiting = provider().waitFor(() => provider().requests.length === 99)
    const told = expect(waiting).rejects.toThrow('closed before')
    await provider().close()
    await told
    expect((await reading).fault).toBeInstanceOf(Error)
  })
})
