import { describe, expect, it } from 'vitest'
import { messages } from './anthropic/messages/messages.ts'
import type { Asked } from './format.ts'
import { generate } from './gemini/generate/generate.ts'
import type { Answer } from './neutral/answer.ts'
import { replay } from './neutral/replay.ts'
import { chat } from './openai/chat/chat.ts'
import { responses } from './openai/responses/responses.ts'
import { translatorFor } from './translate-answer.ts'
import type { TranslatingFormat } from './translate-call.ts'

const FORMATS = [chat, responses, messages, generate] as TranslatingFormat[]

/** Something of all that a stream can have in it, in characters of several bytes. */
const ANSWER: Answer = {
  id: 'answer_1',
  model: 'm',
  createdAtSec: 1,
  choices: [
    {
      parts: [
        { type: 'reasoning', text: '…' },
        { type: 'text', text: 'Zoll 🚧\r\n\n' },
        { type: 'tool_call', id: 'call_1', name: 'weigh', arguments: '{"wagon":"ä"}' },
      ],
      finish: { reason: 'tool_calls' },
    },
  ],
  usage: { input: 11, output: 7, reasoning: 3 },
}

const asked: Asked = { model: 'm', wantsUsage: true, request: {}, requestId: 'req_1' }

function streamOf({ translation }: TranslatingFormat): Buffer {
  const encoder = translation.streamEncoder(asked)
  return Buffer.from([...replay(ANSWER)].map((event) => encoder.push(event)).join(''))
}

type Pieces = readonly Buffer[]

/** Longer than most of what stands between two quotes. */
const PIECE_BYTES = 48

/** All that is made of a stream: whole, byte by byte, and cut at every byte with what stands around it in one piece. */
function madeOf(bytes: Buffer, make: (pieces: Pieces) => string): ReadonlySet<string> {
  const made = new Set([make([bytes]), make(piecesOf(bytes, 1))])
  for (let first = 1; first <= PIECE_BYTES; first += 1)
    made.add(make([bytes.subarray(0, first), ...piecesOf(bytes.subarray(first), PIECE_BYTES)]))
  return made
}

function piecesOf(bytes: Buffer, size: number): Pieces {
  const count = Math.ceil(bytes.length / size)
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}

interface Passing {
  push(bytes: Buffer): Buffer | undefined
  end(): Buffer | undefined
}

function passed(through: Passing, pieces: Pieces): string {
  const written = [...pieces.map((piece) => through.push(piece)), through.end()]
  return Buffer.concat(written.filter((bytes) => bytes !== undefined)).toString()
}

/** An answer has ids and times of its own; nothing else may differ. */
const withoutIds = (text: string) =>
  text.replace(/[a-z]+_[0-9a-f-]{8,}/g, 'id').replace(/"(created(?:_at)?|createTime)":[^,}]+/g, '"$1":0')

describe.each(FORMATS.map((from) => [from.endpoint, from] as const))('a stream of %s', (_, from) => {
  const stream = streamOf(from)

  it.each([false, true])('cut anywhere passes as it is, and says the same usage; hidden: %s', (hideUsage) => {
    const made = madeOf(stream, (pieces) => {
      const reader = from.streamReader({ hideUsage })
      return `${passed(reader, pieces)} ${JSON.stringify(reader.usage)}`
    })
    expect([...made]).toEqual([expect.stringContaining('"input":11')])
    if (!hideUsage) expect([...made][0]).toContain(stream.toString())
  })

  const others = FORMATS.filter((to) => to !== from).map((to) => [to.endpoint, to] as const)
  it.each(others)('cut anywhere is the same to a client of %s', (_, to) => {
    const crossing = { from: to, serving: from.translation, sealer: undefined }
    const made = madeOf(stream, (pieces) =>
      withoutIds(passed(translatorFor(crossing, { ...asked, stream: true, nowMs: 0 }, 'events'), pieces)),
    )
    expect([...made]).toEqual([expect.stringContaining('weigh')])
  })
})
