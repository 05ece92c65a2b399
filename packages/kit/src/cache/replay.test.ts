import type { ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FORMATS } from '../wire/formats.ts'
import type { JsonObject } from '../wire/json.ts'
import type { Answer } from '../wire/neutral/answer.ts'
import { fold } from '../wire/neutral/fold.ts'
import type { Part } from '../wire/neutral/part.ts'
import type { StreamEvent } from '../wire/neutral/stream.ts'
import { splitEvents } from '../wire/sse.ts'
import { readEvents } from '../wire/streamed-event.ts'
import { anew, type Replayed, replayTo } from './replay.ts'

const NOW_MS = Date.UTC(2026, 10, 21)

const FORMATS_OF_CLIENTS = FORMATS.filter(({ translation }) => translation !== undefined)

/** A client that keeps what it is sent, and reads only so much at a time. */
function client(highWaterMark = 16) {
  const chunks: Buffer[] = []
  const headers = new Map<string, unknown>()
  const stream = new Writable({
    highWaterMark,
    write(bytes: Buffer, _, done) {
      chunks.push(bytes)
      setImmediate(done)
    },
  })
  let mostWaiting = 0
  const write = stream.write.bind(stream) as (bytes: Buffer) => boolean
  const res = Object.assign(stream, {
    statusCode: 0,
    setHeader: (name: string, value: unknown) => headers.set(name, value),
    flushHeaders: () => {},
    write(bytes: Buffer) {
      const room = write(bytes)
      mostWaiting = Math.max(mostWaiting, stream.writableLength)
      return room
    },
  })
  return {
    res: res as unknown as ServerResponse,
    headers,
    mostWaiting: () => mostWaiting,
    text: () => Buffer.concat(chunks).toString(),
  }
}

const REQUESTS: Readonly<Record<string, JsonObject>> = {
  chat: { model: 'm', messages: [] },
  responses: { model: 'm', input: 'x' },
  messages: { model: 'm', messages: [], max_tokens: 9 },
  generate: { contents: [] },
}

const to = (format: (typeof FORMATS)[number], more: Partial<Replayed> = {}): Replayed => ({
  translation: format.translation!,
  model: 'm',
  stream: false,
  wantsUsage: true,
  requestId: 'req_1',
  nowMs: NOW_MS,
  request: REQUESTS[format.endpoint]!,
  ...more,
})

async function given(format: (typeof FORMATS)[number], answer: Answer, stream: boolean) {
  const reader = client()
  const done = new Promise((resolve) => reader.res.once('finish', resolve))
  await replayTo(reader.res, answer, to(format, { stream }))
  await done
  return reader
}

/** What a client of the dialect reads in an answer, in no dialect. */
function readWhole({ translation }: (typeof FORMATS)[number], text: string): Answer {
  return translation!.readAnswer(JSON.parse(text))
}

function readStream({ translation }: (typeof FORMATS)[number], text: string): Answer {
  const decoder = translation!.streamDecoder()
  const events: StreamEvent[] = readEvents(Buffer.from(text)).flatMap((event) => decoder.push(event))
  const { answer, error } = fold([...events, ...decoder.end()])
  expect(error).toBeUndefined()
  return answer
}

/** What an answer says: its id and time are each one's own. */
const said = ({ choices, usage }: Answer) => ({
  choices: choices.map(({ parts, finish }) => ({ parts: parts.map(plain), finish: finish.reason })),
  output: usage?.output,
  reasoning: usage?.reasoning,
  cachedInput: usage?.cachedInput,
})

const plain = (part: Part) =>
  part.type === 'tool_call'
    ? { ...part, seal: part.seal?.value }
    : part.type === 'reasoning'
      ? { type: part.type, text: part.text }
      : part

const usage = { input: 20, cachedInput: 4, output: 30, reasoning: 7 }
const answerOf = (
  parts: readonly Part[],
  finish: Answer['choices'][0]['finish']['reason'] = 'stop',
): Answer => ({
  id: 'first',
  model: 'm-2026',
  createdAtSec: 1,
  usage,
  choices: [{ parts, finish: { reason: finish } }],
})

const TEXT: Part = { type: 'text', text: 'The bridge — 🌉 — opens at six. '.repeat(40) }
const CALL: Part = { type: 'tool_call', id: 'call_7', name: 'open', arguments: '{"gate":"north","é":[1,2]}' }
const THOUGHT: Part = { type: 'reasoning', text: 'Six is early; the keeper is up by five.' }

const ANSWERS: readonly (readonly [string, Answer])[] = [
  ['a text', answerOf([TEXT])],
  ['thoughts and a text', answerOf([THOUGHT, TEXT])],
  ['a text and calls of tools', answerOf([TEXT, CALL, { ...CALL, id: 'call_8' }], 'tool_calls')],
  ['a call of a tool alone', answerOf([CALL], 'tool_calls')],
]

describe.each(FORMATS_OF_CLIENTS.map((format) => [format.endpoint, format] as const))('%s', (_, format) => {
  it.each(ANSWERS)('replays %s as it was kept, whole and as a stream', async (_, answer) => {
    // What a dialect can say of it at all: what it says when it answers for the first time.
    const first = readWhole(format, JSON.stringify(format.translation!.writeAnswer(answer, to(format))))
    const whole = readWhole(format, (await given(format, answer, false)).text())
    const streamed = readStream(format, (await given(format, answer, true)).text())
    expect(said(whole)).toEqual(said(first))
    expect(said(streamed)).toEqual(said(first))
    expect(said(whole).choices[0]!.parts.length).toBeGreaterThan(0)
  })

  it('gives each its own id, and says when it was given', async () => {
    const [, answer] = ANSWERS[0]!
    const texts = [(await given(format, answer, false)).text(), (await given(format, answer, false)).text()]
    const [one, other] = texts.map((text) => readWhole(format, text))
    expect(one!.id).not.toBe(other!.id)
    expect(one!.id).not.toContain('first')
    if (one!.createdAtSec !== 0) expect(one!.createdAtSec).toBe(NOW_MS / 1_000)
  })

  it('streams in pieces, no faster than its client reads', async () => {
    const text = 'word '.repeat(20_000)
    const reader = await given(format, answerOf([{ type: 'text', text }]), true)
    expect(splitEvents(Buffer.from(reader.text())).length).toBeGreaterThan(1_000)
    // The last events of Responses say all of the text once more, each of them.
    const largest = format.endpoint === 'responses' ? 8 * text.length : 0
    expect(reader.mostWaiting()).toBeLessThan(64 * 1024 + largest)
  })
})

it('says the usage of a stream where it is asked for, and nowhere else', async () => {
  const chat = FORMATS.find(({ endpoint }) => endpoint === 'chat')!
  for (const wantsUsage of [true, false]) {
    const reader = client()
    await replayTo(reader.res, answerOf([TEXT]), to(chat, { stream: true, wantsUsage }))
    expect(reader.text().includes('"completion_tokens":30')).toBe(wantsUsage)
  }
})

it('stops when its client leaves', async () => {
  const chat = FORMATS.find(({ endpoint }) => endpoint === 'chat')!
  const reader = client()
  reader.res.once('drain', () => (reader.res as unknown as Writable).destroy())
  await replayTo(
    reader.res,
    answerOf([{ type: 'text', text: 'word '.repeat(20_000) }]),
    to(chat, { stream: true }),
  )
  expect(reader.text().length).toBeLessThan(100_000)
})

it('any text comes back as it was, however it is cut', async () => {
  const chat = FORMATS.find(({ endpoint }) => endpoint === 'chat')!
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), async (text) => {
      const streamed = readStream(chat, (await given(chat, answerOf([{ type: 'text', text }]), true)).text())
      expect(streamed.choices[0].parts).toEqual([{ type: 'text', text }])
    }),
    { numRuns: 30 },
  )
})

it('an answer that is given anew keeps all but its id and time', () => {
  const { id, createdAtSec, ...rest } = answerOf([TEXT, CALL])
  expect(anew({ id, createdAtSec, ...rest }, NOW_MS)).toMatchObject(rest)
})
