import { governedFetch } from '@tollgate/kit/client'
import { dieAfter, gate, memoryLedger, resetBeforeHead, serverError, truncateAfter } from '@tollgate/testing'
import { APIConnectionError, APIUserAbortError } from 'openai'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../../support/close-after.ts'
import { ask, expectBounded, expectExact, textOf, worker } from './worker.ts'

describe('a caller that leaves', () => {
  it.each([1, 50, 99])('a stream after %i chunks is charged for what was generated', async (chunks) => {
    const it = await worker()
    const until = gate()
    it.provider.next({ pause: { afterChunks: chunks, until } })
    const stream = await it.openai.chat.completions.create(ask({ stream: true as const }))
    await it.provider.waitFor(({ requests }) => requests[0]!.chunksSent >= chunks)
    for await (const _ of stream) break
    await it.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    until.open()
    expect(await expectBounded(it)).toBeLessThan(20_000_000)
  })

  it('and reads no more: an abort alone ends the call', async () => {
    const it = await worker()
    const until = gate()
    it.provider.next({ pause: { afterChunks: 3, until } })
    const controller = new AbortController()
    const stream = await it.openai.chat.completions.create(ask({ stream: true as const }), {
      signal: controller.signal,
    })
    const chunks = stream[Symbol.asyncIterator]()
    await chunks.next()
    controller.abort()
    await it.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    until.open()
    await expectBounded(it)
  })

  it('and cancels the body', async () => {
    const it = await worker()
    const until = gate()
    it.provider.next({ pause: { afterChunks: 3, until } })
    const answer = await it.openai.chat.completions.create(ask({ stream: true as const })).asResponse()
    const reader = answer.body!.getReader()
    await reader.read()
    await reader.cancel()
    expect((await it.books()).reserved).toBe(0)
    await it.provider.waitFor(({ requests }) => requests[0]!.outcome === 'aborted')
    until.open()
    await expectBounded(it)
  })

  it.each([true, false])('before the head of the answer, stream: %s', async (stream) => {
    const it = await worker()
    const hold = gate()
    it.provider.next({ hold })
    const controller = new AbortController()
    const call = it.openai.chat.completions.create(ask({ stream, max_tokens: 200 }), {
      signal: controller.signal,
    })
    await it.provider.waitFor(({ requests }) => requests.length === 1)
    controller.abort()
    await expect(call).rejects.toBeInstanceOf(APIUserAbortError)
    hold.open()
    await expectBounded(it)
    expect((await it.books()).spent).toBeGreaterThan(0)
  })

  it('while it waits for its turn: nothing is sent, and nothing held', async () => {
    const it = await worker({ budgets: [{ limit_usd: '0.10', period: 'daily' }], govern: { waitMs: 30_000 } })
    const flat = ask({ model: 'flat', max_tokens: 1000, metadata: { answer_tokens: '10' } })
    const hold = gate()
    it.provider.next({ hold })
    const first = it.openai.chat.completions.create(flat)
    await it.provider.waitFor(({ requests }) => requests.length === 1)
    const controller = new AbortController()
    const second = it.fetch(`${it.provider.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(flat),
      signal: controller.signal,
    })
    controller.abort(new Error('the job was withdrawn'))
    await expect(second).rejects.toThrow('the job was withdrawn')
    hold.open()
    await first
    expect(it.provider.requests).toHaveLength(1)
    await expectExact(it)
  })

  it('before it has begun', async () => {
    const it = await worker()
    const signal = AbortSignal.abort()
    const call = it.fetch(`${it.provider.url}/chat/completions`, { method: 'POST', body: '{}', signal })
    await expect(call).rejects.toThrow('aborted')
    expect(it.provider.requests).toHaveLength(0)
  })
})

describe('a provider that fails', () => {
  it.each([0, 1, 50])(
    'a stream that dies after %i chunks raises, and is charged for what came',
    async (chunks) => {
      const it = await worker()
      it.provider.next(dieAfter(chunks))
      const stream = await it.openai.chat.completions.create(ask({ stream: true as const }))
      await expect(textOf(stream)).rejects.toThrow()
      expect((await it.books()).reserved).toBe(0)
      expect(await expectBounded(it)).toBeLessThan(20_000_000)
    },
  )

  it('a stream that merely stops is charged for what came', async () => {
    const it = await worker()
    it.provider.next(truncateAfter(20))
    const answer = await it.openai.chat.completions.create(ask({ stream: true as const })).asResponse()
    await answer.text()
    await expectBounded(it)
  })

  it('a JSON answer that breaks off is charged as one that may have been whole', async () => {
    const it = await worker()
    it.provider.next(dieAfter(1))
    const call = it.openai.chat.completions.create(ask({ max_tokens: 200 }), { maxRetries: 0 })
    await expect(call).rejects.toBeInstanceOf(APIConnectionError)
    await expectBounded(it)
  })

  it('a reset before the head is charged as sent', async () => {
    const it = await worker()
    it.provider.next(resetBeforeHead)
    await expect(
      it.openai.chat.completions.create(ask({ max_tokens: 200 }), { maxRetries: 0 }),
    ).rejects.toThrow()
    await expectBounded(it)
    expect((await it.books()).spent).toBeGreaterThan(0)
  })

  it('an error status costs nothing, and is retried as ever', async () => {
    const it = await worker()
    it.provider.next(serverError)
    await it.openai.chat.completions.create(ask())
    expect(it.provider.requests).toHaveLength(2)
    await expectExact(it)
  })

  it('one that cannot be reached costs nothing', async () => {
    const it = await worker()
    await it.provider.close()
    await expect(it.openai.chat.completions.create(ask(), { maxRetries: 0 })).rejects.toBeInstanceOf(
      APIConnectionError,
    )
    expect(await it.books()).toEqual({ spent: 0, reserved: 0, unconfirmed: 0 })
  })
})

describe('assembly', () => {
  it('refuses a principal that is nobody', () => {
    const ledger = memoryLedger()
    closeAfter(() => ledger.close())
    expect(() => governedFetch({ ledger, principal: { user: undefined } })).toThrow(RangeError)
    expect(() => governedFetch({ ledger, principal: { user: '' } })).toThrow('no id')
  })
})
