import { request } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ASK, LENGTH, STREAM, simulatedChats } from '../../../test/support/simulated-chats.ts'
import type { Behaviour } from './behaviour.ts'

const { provider, openai, post, lastRequest, readStream } = simulatedChats()

/** The body of an answer as the HTTP chunks it came in: `fetch` joins them. */
const httpChunks = (body: object) =>
  new Promise<Buffer[]>((resolve, reject) => {
    const asked = request(`${provider().url}/chat/completions`, { method: 'POST' }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(chunks))
    })
    asked.on('error', reject)
    asked.end(JSON.stringify(body))
  })

/** The `data:` lines of a stream as they are, `[DONE]` and all. */
const dataOf = (text: string) => [...text.matchAll(/^data: ?(.*)$/gm)].map(([, data]) => data!)

describe('where usage is told', () => {
  const usageAt = async (usage: NonNullable<Behaviour['usage']>) => {
    provider().next({ usage })
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
    provider().next({ usage: 'never' })
    expect(await openai().chat.completions.create(ASK)).not.toHaveProperty('usage')
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
    provider().next(behaviour, behaviour)
    check(await (await post(STREAM)).text())
    const { text, usage } = await readStream()
    expect(lastRequest().texts).toEqual([text])
    expect(usage).toMatchObject({ completion_tokens: LENGTH })
  })

  it('compressed, though nobody asked', async () => {
    provider().next({ gzip: true }, { gzip: true }, { gzip: true })
    const response = await post(STREAM, { headers: { 'accept-encoding': 'identity' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(dataOf(await response.text()).at(-1)).toBe('[DONE]')
    expect((await readStream()).usage).toMatchObject({ completion_tokens: LENGTH })
    expect((await openai().chat.completions.create(ASK)).usage).toMatchObject({ completion_tokens: LENGTH })
  })

  it('cut into single bytes: inside characters and line ends', async () => {
    provider().next({ cut: 1, multibyte: true, sse: { lineEnd: '\r\n' } })
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
        provider().next({
          cut: (bytes) =>
            sizes.filter((_, index) => sizes.slice(0, index + 1).reduce((a, b) => a + b) <= bytes.length),
        })
        expect(bytesOnly(await (await post(STREAM)).text())).toBe(bytesOnly(whole))
      }),
      { numRuns: 25 },
    )
  })

  it('cut larger than an event: several arrive in one write', async () => {
    provider().next({ cut: 1000 })
    const sizes = (await httpChunks(STREAM)).map(({ length }) => length)
    expect(sizes.slice(0, -1).every((size) => size === 1000)).toBe(true)
    expect(sizes.at(-1)).toBeLessThan(1000)
  })
})
