import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../toll/reading.ts'
import { chat } from '../wire/openai/chat/chat.ts'
import { governedStream } from './governed-stream.ts'
import type { Passage } from './passage.ts'

const chunk = (text: string) => `data: {"choices":[{"delta":{"content":${JSON.stringify(text)}}}]}\n\n`
const TEXT = [chunk('Where the toll '), chunk('is 世界'), ': a comment\n\n']
const USAGE = 'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5}}\n\n'
const DONE = 'data: [DONE]\n\n'
const whole = Buffer.from([...TEXT, USAGE, DONE].join(''))

/** A passage that remembers how it was ended, and what had been read by then. */
function passageOf({ wantsUsage = false } = {}) {
  const endings: { whole: boolean; prompt: number | undefined }[] = []
  let reading: Reading | undefined
  const passage = {
    toll: { received: { format: chat, stream: true, wantsUsage } },
    begin(begun: Reading) {
      reading = begun
    },
    follow: () => undefined,
    async end({ whole }: { whole: boolean }) {
      if (endings.length === 0) endings.push({ whole, prompt: reading?.usage?.input })
    },
  } as unknown as Passage
  return { passage, endings }
}

/** A provider that gives these pieces one by one, counts how many were asked for, and never ends if `open`. */
function providerOf(pieces: readonly Uint8Array[], { open = false } = {}) {
  const state = { given: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces[state.given]
        if (piece) controller.enqueue(piece)
        else if (!open) controller.close()
        state.given += 1
      },
      cancel() {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, state }
}

const textOf = (stream: ReadableStream) => new Response(stream).text()

describe('a governed stream', () => {
  it('is the provider’s byte for byte in any chunking, without the usage chunk', async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(cuts, fc.boolean(), async (sizes, wantsUsage) => {
        const pieces: Buffer[] = []
        for (let at = 0, index = 0; at < whole.length; index += 1) {
          const size = sizes[index % sizes.length]!
          pieces.push(whole.subarray(at, at + size))
          at += size
        }
        const { passage, endings } = passageOf({ wantsUsage })
        const stream = governedStream(providerOf(pieces).body, { passage, signal: undefined })
        expect(await textOf(stream)).toBe([...TEXT, ...(wantsUsage ? [USAGE] : []), DONE].join(''))
        expect(endings).toEqual([{ whole: true, prompt: 7 }])
      }),
    )
  })

  it('is charged before its terminal event is handed over', async () => {
    const { passage, endings } = passageOf()
    const pieces = [...TEXT, USAGE, DONE].map((event) => Buffer.from(event))
    const reader = governedStream(providerOf(pieces).body, { passage, signal: undefined }).getReader()
    for (const event of TEXT) {
      expect(Buffer.from((await reader.read()).value!).toString()).toBe(event)
      expect(endings).toEqual([])
    }
    expect(Buffer.from((await reader.read()).value!).toString()).toBe(DONE)
    expect(endings).toEqual([{ whole: true, prompt: 7 }])
  })

  it('reads nothing ahead of its reader', async () => {
    const { body, state } = providerOf(TEXT.map((event) => Buffer.from(event)))
    const reader = governedStream(body, { passage: passageOf().passage, signal: undefined }).getReader()
    expect(state.given).toBe(0)
    await reader.read()
    expect(state.given).toBe(1)
    await reader.read()
    expect(state.given).toBe(2)
  })

  it('that is cancelled lets the provider go, and is charged by then', async () => {
    const { passage, endings } = passageOf()
    const { body, state } = providerOf([Buffer.from(TEXT[0]!)], { open: true })
    const reader = governedStream(body, { passage, signal: undefined }).getReader()
    await reader.read()
    await reader.cancel()
    expect(state.cancelled).toBe(true)
    expect(endings).toEqual([{ whole: false, prompt: undefined }])
  })

  it('that is aborted raises, also over a fetch that knows no signals', async () => {
    const { passage, endings } = passageOf()
    const { body, state } = providerOf([Buffer.from(TEXT[0]!)], { open: true })
    const controller = new AbortController()
    const reader = governedStream(body, { passage, signal: controller.signal }).getReader()
    await reader.read()
    const next = reader.read()
    controller.abort(new Error('the job was withdrawn'))
    await expect(next).rejects.toThrow('the job was withdrawn')
    expect(state.cancelled).toBe(true)
    expect(endings).toHaveLength(1)
  })

  it('that the provider breaks off raises the provider’s error, once it is charged', async () => {
    const { passage, endings } = passageOf()
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('socket hang up')),
    })
    await expect(textOf(governedStream(body, { passage, signal: undefined }))).rejects.toThrow(
      'socket hang up',
    )
    expect(endings).toEqual([{ whole: false, prompt: undefined }])
  })
})
