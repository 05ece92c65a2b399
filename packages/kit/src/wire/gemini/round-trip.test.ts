import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../json.ts'
import type { Answer, FinishReason } from '../neutral/answer.ts'
import type { Conversation, Sampling, Tool, ToolChoice, Turn } from '../neutral/conversation.ts'
import { featuresOf } from '../neutral/features.ts'
import { fold } from '../neutral/fold.ts'
import type { MediaPart, Part, Seal } from '../neutral/part.ts'
import { replay } from '../neutral/replay.ts'
import { readEvents, type StreamedEvent } from '../streamed-event.ts'
import { targetOf } from '../target.ts'
import type { Usage } from '../usage.ts'
import { readAnswer } from './generate/answer-reader.ts'
import { writeAnswer } from './generate/answer-writer.ts'
import { GENERATE_CARRIAGES } from './generate/carriages.ts'
import { generate } from './generate/generate.ts'
import { readRequest } from './generate/request-reader.ts'
import { writeRequest } from './generate/request-writer.ts'
import { streamDecoder } from './generate/stream-decoder.ts'
import { streamEncoder } from './generate/stream-encoder.ts'

/** What Gemini carries comes back as it was; what it adapts or loses is left out here, and tested by itself. */

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/)
const base64 = fc.base64String({ minLength: 4, maxLength: 16 })
/** As JSON says it: without a zero that is negative. */
const plain = (value: object) => JSON.parse(JSON.stringify(value)) as JsonObject
const schema = fc
  .dictionary(word, fc.jsonValue({ maxDepth: 1 }))
  .map((properties): JsonObject => plain({ type: 'object', properties }))
const args = fc.dictionary(word, fc.jsonValue({ maxDepth: 1 })).map((object) => JSON.stringify(object))
const optional = <Fields extends object>(fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> }) =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<Fields>>

const seal = base64
  // What decodes to a wrapped seal is one.
  .filter((value) => !Buffer.from(value, 'base64').toString().startsWith('tollgate:'))
  .map((value): Seal => ({ from: 'generate', value }))

const said = text.map((of): Part => ({ type: 'text', text: of }))
const media = fc
  .tuple(
    fc.constantFrom<readonly [MediaPart['type'], string]>(
      ['image', 'image/png'],
      ['document', 'application/pdf'],
      ['audio', 'audio/wav'],
      ['video', 'video/mp4'],
    ),
    base64,
    optional<{ name: string }>({ name: word }),
  )
  .map(
    ([[type, mediaType], data, named]): Part => ({
      type,
      source: { from: 'data', mediaType, base64: data },
      ...named,
    }),
  )

/** Thoughts, a text with or without a signature, calls: as a model says them. */
const spoken = fc
  .tuple(
    fc.option(fc.tuple(text, seal), { nil: undefined }),
    fc.option(fc.tuple(text, fc.option(seal, { nil: undefined })), { nil: undefined }),
    fc.array(fc.tuple(word, args, fc.option(seal, { nil: undefined })), { maxLength: 3 }),
  )
  .map(([thought, answer, calls]): Part[] => [
    ...(thought ? [{ type: 'reasoning' as const, text: thought[0], seal: thought[1] }] : []),
    ...(answer ? [{ type: 'text' as const, text: answer[0] }] : []),
    ...(answer?.[1] ? [{ type: 'reasoning' as const, text: '', seal: { ...answer[1], kind: 'part' } }] : []),
    ...calls.map(
      ([name, said_, sealed], index): Part => ({
        type: 'tool_call',
        id: `call_${index}`,
        name,
        arguments: said_,
        ...(sealed ? { seal: sealed } : {}),
      }),
    ),
  ])
  .filter((parts) => parts.length > 0)

/** A question, an answer, and the results of the calls in it. */
const exchange = fc
  .tuple(fc.array(fc.oneof(said, media), { minLength: 1, maxLength: 3 }), spoken, text, fc.boolean())
  .map(([asked, parts, result, isError]): Turn[] => {
    const results = parts.flatMap((part): Part[] =>
      part.type === 'tool_call'
        ? [
            {
              type: 'tool_result',
              callId: part.id,
              name: part.name,
              parts: [{ type: 'text', text: result }],
              ...(isError ? { isError } : {}),
            },
          ]
        : [],
    )
    return [
      { role: 'user', parts: asked },
      { role: 'assistant', parts },
      ...(results.length > 0 ? [{ role: 'tool' as const, parts: results }] : []),
    ]
  })

const turns = fc
  .tuple(fc.option(text, { nil: undefined }), fc.array(exchange, { minLength: 1, maxLength: 3 }))
  .map(([system, exchanges]): Turn[] => [
    ...(system === undefined
      ? []
      : [{ role: 'system' as const, parts: [{ type: 'text' as const, text: system }] }]),
    ...exchanges.flat(),
  ])

const tool = fc.record(
  { type: fc.constant('function' as const), name: word, description: text, parameters: schema },
  { requiredKeys: ['type', 'name'] },
) as fc.Arbitrary<Tool>
const toolChoice = fc.oneof(
  fc.constantFrom<ToolChoice>({ mode: 'auto' }, { mode: 'none' }, { mode: 'required' }),
  word.map((name): ToolChoice => ({ mode: 'tool', name })),
  fc
    .tuple(fc.array(word, { minLength: 2, maxLength: 3 }), fc.boolean())
    .map(([names, required]): ToolChoice => ({ mode: 'allowed', names, required })),
)
const number = fc.integer({ min: 0, max: 100 })
const sampling = optional<Sampling>({
  temperature: number,
  topP: number,
  topK: number,
  frequencyPenalty: number,
  presencePenalty: number,
  seed: number,
})

const conversation = fc
  .tuple(
    turns,
    sampling,
    fc.option(fc.tuple(fc.array(tool, { minLength: 1, maxLength: 3 }), toolChoice), { nil: undefined }),
    optional<Pick<Conversation, 'maxOutputTokens' | 'stop' | 'choices' | 'reasoning' | 'format'>>({
      maxOutputTokens: fc.integer({ min: 1, max: 10_000 }),
      stop: fc.array(text, { minLength: 1, maxLength: 3 }),
      choices: fc.integer({ min: 1, max: 8 }),
      reasoning: fc.constantFrom(
        { effort: 'minimal' },
        { effort: 'low', show: 'summary' },
        { effort: 'medium', show: 'none' },
        { effort: 'high' },
        { budgetTokens: 500 },
      ),
      format: fc.oneof(
        fc.constant({ type: 'json' as const }),
        schema.map((of) => ({ type: 'schema' as const, schema: of })),
      ),
    }),
    fc.boolean(),
  )
  .map(
    ([said_, sampled, tools, more, stream]): Conversation => ({
      model: 'gemini-3-flash',
      turns: said_,
      stream,
      sampling: sampled,
      ...(tools ? { tools: tools[0], toolChoice: tools[1] } : {}),
      ...more,
      foreign: [],
    }),
  )

describe('a conversation', () => {
  it('that is written and read is the same', () => {
    fc.assert(
      fc.property(conversation, (asked) => {
        const { body } = writeRequest(asked, { maxOutputTokens: 1, model: asked.model })
        const path = generate.path({ model: asked.model, stream: asked.stream })
        const read = readRequest(
          JSON.parse(JSON.stringify(body)) as JsonObject,
          targetOf(`/v1beta${path}`, 0),
        )
        expect(read).toEqual(asked)
      }),
    )
  })

  it('asks for nothing here that is lost, and is a call that enforcement can read', () => {
    fc.assert(
      fc.property(conversation, (asked) => {
        for (const feature of featuresOf(asked, 'generate').keys()) {
          expect(`${feature}: ${GENERATE_CARRIAGES[feature].is}`).not.toBe(`${feature}: lost`)
        }
        const { body } = writeRequest(asked, { maxOutputTokens: 1, model: asked.model })
        const path = generate.path({ model: asked.model, stream: asked.stream })
        const call = generate.read(body, targetOf(path, 0))
        expect(call).toMatchObject({ model: asked.model, stream: asked.stream, choices: asked.choices ?? 1 })
        expect(call.maxOutputTokens).toBe(asked.maxOutputTokens)
        expect(call.unpriced).toEqual([])
      }),
    )
  })
})

const usage = fc
  .record(
    { input: fc.integer({ min: 1 }), output: fc.integer({ min: 1 }), cachedInput: fc.integer({ min: 1 }) },
    { requiredKeys: ['input', 'output'] },
  )
  .map((counts): Usage => {
    const { input, output, cachedInput } = counts as { input: number; output: number; cachedInput?: number }
    const small = (count: number) => (count % 1_000_000) + 1
    return {
      input: small(input),
      output: small(output),
      ...(cachedInput ? { cachedInput: small(cachedInput) } : {}),
    }
  })

const answer = fc
  .tuple(
    fc.array(fc.tuple(spoken, fc.constantFrom<FinishReason>('stop', 'length', 'content_filter')), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.option(usage, { nil: undefined }),
  )
  .map(([choices, used]): Answer => {
    const [first, ...others] = choices.map(([parts, reason]) => ({
      parts,
      // STOP behind a call waits for its result.
      finish: {
        reason:
          reason === 'stop' && parts.some((part) => part.type === 'tool_call')
            ? ('tool_calls' as const)
            : reason,
      },
    }))
    return { id: 'r1', model: 'gemini-3-flash', createdAtSec: 0, choices: [first!, ...others], usage: used }
  })

const asked = { model: 'gemini-3-flash', wantsUsage: true, request: {}, requestId: 'req_1' }

/** An answer as the client of a stream gets it, one chunk after the other. */
function streamed(of: Answer): StreamedEvent[] {
  const encoder = streamEncoder(asked)
  return [...replay(of)].flatMap((event) => readEvents(Buffer.from(encoder.push(event))))
}

function decoded(chunks: readonly StreamedEvent[]): Answer {
  const decoder = streamDecoder()
  return fold([...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()]).answer
}

describe('an answer', () => {
  it('that is written and read is the same', () => {
    fc.assert(
      fc.property(answer, (of) => {
        expect(readAnswer(JSON.parse(JSON.stringify(writeAnswer(of, asked))) as JsonObject)).toEqual(of)
      }),
    )
  })

  it('is the same as a stream', () => {
    fc.assert(
      fc.property(answer, (of) => {
        expect(decoded(streamed(of))).toEqual(of)
      }),
    )
  })

  it('brings the seals of other dialects through a client and back, streamed or not', () => {
    const sealed: Part[] = [
      { type: 'reasoning', text: 'Hm.', seal: { from: 'messages', value: 'c2lnbmVk/+=' } },
      {
        type: 'reasoning',
        text: '',
        seal: { from: 'responses', kind: 'encrypted', id: 'rs_1', value: 'gAAA' },
      },
      { type: 'text', text: 'Yes.' },
      { type: 'tool_call', id: 't1', name: 'a', arguments: '{}', seal: { from: 'messages', value: 'x' } },
    ]
    const of: Answer = {
      id: 'r1',
      model: 'gemini-3-flash',
      createdAtSec: 0,
      choices: [{ parts: sealed, finish: { reason: 'tool_calls' } }],
      usage: undefined,
    }
    const whole = (writeAnswer(of, asked).candidates as JsonObject[]).map(({ content }) => content)
    const chunks = streamed(of).flatMap((chunk) =>
      (chunk.json!.candidates as JsonObject[]).map(({ content }) => content),
    )
    for (const contents of [whole, chunks]) {
      const read = readRequest({ contents }, targetOf('/v1beta/models/gemini-3-flash:generateContent', 0))
      expect(read.turns).toEqual([{ role: 'assistant', parts: sealed }])
    }
  })

  it('keeps its citations', () => {
    const citations = [
      { url: 'https://a.example', title: 'A', start: 0, end: 4, quote: 'Grüß' },
      { url: 'https://b.example', start: 5, end: 9, quote: 'Gott' },
    ]
    const of: Answer = {
      id: 'r1',
      model: 'gemini-3-flash',
      createdAtSec: 0,
      choices: [{ parts: [{ type: 'text', text: 'Grüß Gott', citations }], finish: { reason: 'stop' } }],
      usage: undefined,
    }
    expect(decoded(streamed(of))).toEqual(of)
    expect(readAnswer(writeAnswer(of, asked))).toEqual(of)
  })
})
