import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asked, Format, Translation } from '../format.ts'
import type { Answer } from '../neutral/answer.ts'
import { fold } from '../neutral/fold.ts'
import type { Part, ReasoningPart, Seal } from '../neutral/part.ts'
import { replay } from '../neutral/replay.ts'
import type { StreamEvent } from '../neutral/stream.ts'
import { readEvents } from '../streamed-event.ts'
import { chat } from './chat/chat.ts'
import { responses } from './responses/responses.ts'

/** What a dialect's rooms are held to: what they are answered with comes back as it was. */
interface Held {
  readonly format: Format
  /** The prefix of the ids that its clients expect. */
  readonly answerId: string
  readonly choices: number
}

const held: readonly Held[] = [
  { format: chat, answerId: 'chatcmpl-', choices: 2 },
  { format: responses, answerId: 'resp_', choices: 1 },
]

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' })
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/)
const base64 = fc.base64String({ minLength: 4, maxLength: 16 })

const seals: fc.Arbitrary<Seal> = fc.oneof(
  base64.map((value): Seal => ({ from: 'messages', kind: 'signature', value })),
  base64.map((value): Seal => ({ from: 'messages', kind: 'redacted', value })),
  base64.map((value): Seal => ({ from: 'generate', value })),
)

/** Answers of providers of other dialects. */
function answers({ choices }: Held): fc.Arbitrary<Answer> {
  const thought = fc
    .tuple(text, fc.option(seals, { nil: undefined }))
    .map(([said, seal]): ReasoningPart => ({ type: 'reasoning', text: said, ...(seal ? { seal } : {}) }))
  const withheld = seals.map((seal): ReasoningPart => ({ type: 'reasoning', text: '', seal }))
  const cited = fc.tuple(text, fc.option(fc.tuple(fc.webUrl(), text), { nil: undefined })).map(
    ([said, page]): Part => ({
      type: 'text',
      text: said,
      ...(page ? { citations: [{ url: page[0], title: page[1], start: 0, end: said.length }] } : {}),
    }),
  )
  const call = fc.tuple(word, fc.json(), fc.option(seals, { nil: undefined }), fc.boolean())
  const choice = fc
    .tuple(
      fc.array(fc.oneof(thought, withheld), { maxLength: 3 }),
      fc.option(cited, { nil: undefined }),
      fc.array(call, { maxLength: 3 }),
    )
    .map(([thoughts, said, calls]) => ({
      parts: [
        ...thoughts,
        ...(said ? [said] : []),
        ...calls.map(
          ([name, args, seal, custom], index): Part => ({
            type: 'tool_call',
            id: `toolu_${index}`,
            name,
            arguments: args,
            ...(custom ? { custom } : {}),
            ...(seal ? { seal } : {}),
          }),
        ),
      ],
      finish: { reason: calls.length > 0 ? ('tool_calls' as const) : ('stop' as const) },
    }))
    .filter(({ parts }) => parts.length > 0)
  return fc
    .tuple(
      word,
      fc.nat(),
      fc.array(choice, { minLength: 1, maxLength: choices }),
      fc.tuple(fc.nat({ max: 9_999 }), fc.nat({ max: 9_999 })),
    )
    .map(([id, createdAtSec, found, [cachedInput, output]]) => ({
      id,
      model: 'claude-sonnet-5',
      createdAtSec,
      choices: found as unknown as Answer['choices'],
      usage: { input: 1, ...(cachedInput > 0 ? { cachedInput } : {}), output },
    }))
}

const asked: Asked = {
  model: 'fast',
  wantsUsage: true,
  request: { model: 'fast', input: 'Hi.' },
  requestId: 'req_1',
}

/** The same stream with each delta in pieces of two units. */
function* inPieces(events: Iterable<StreamEvent>): Generator<StreamEvent> {
  for (const event of events) {
    if (event.type !== 'delta') yield event
    else
      for (let at = 0; at < event.text.length; at += 2) yield { ...event, text: event.text.slice(at, at + 2) }
  }
}

function through(
  { streamEncoder, streamDecoder }: Translation,
  events: Iterable<StreamEvent>,
): StreamEvent[] {
  const [encoder, decoder] = [streamEncoder(asked), streamDecoder()]
  const text = [...events].map((event) => encoder.push(event)).join('')
  const decoded = readEvents(Buffer.from(text)).flatMap((event) => decoder.push(event))
  return [...decoded, ...decoder.end()]
}

describe.each(held.map((one) => [one.format.endpoint, one] as const))('%s', (_, one) => {
  const translation = one.format.translation!

  it('reads an answer as it was written, other dialects’ seals included', () => {
    fc.assert(
      fc.property(answers(one), (answer) => {
        const read = translation.readAnswer(translation.writeAnswer(answer, asked))
        expect(read).toEqual({ ...answer, id: `${one.answerId}${answer.id}`, model: 'fast' })
      }),
    )
  })

  it('says in a stream what it says in a whole answer', () => {
    fc.assert(
      fc.property(answers(one), (answer) => {
        const events = through(translation, inPieces(replay(answer)))
        const { answer: streamed, error } = fold(events)
        expect(error).toBeUndefined()
        expect(streamed).toEqual(translation.readAnswer(translation.writeAnswer(answer, asked)))
        expect(events.at(-1)).toEqual({ type: 'end' })
      }),
    )
  })

  it('ends a stream that fails at any event with the error, and well-formed', () => {
    fc.assert(
      fc.property(answers(one), fc.nat({ max: 30 }), (answer, after) => {
        const begun = [...inPieces(replay(answer))].filter(({ type }) => type !== 'end').slice(0, after)
        const failed: StreamEvent[] = [
          ...begun,
          { type: 'error', error: { status: 503, kind: 'overloaded', message: 'Overloaded.' } },
          { type: 'end' },
        ]
        const events = through(translation, failed)
        expect(events.slice(-2)).toMatchObject([
          { type: 'error', error: { kind: 'overloaded', message: 'Overloaded.' } },
          { type: 'end' },
        ])
      }),
    )
  })
})
