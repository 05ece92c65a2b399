import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConversationEndpoint } from '../endpoint.ts'
import type { Format, Translation } from '../format.ts'
import type { AnswerFormat, Conversation, Tool, Turn } from '../neutral/conversation.ts'
import { type Feature, featuresOf } from '../neutral/features.ts'
import type { MediaPart, Part, ReasoningPart, ToolCallPart } from '../neutral/part.ts'
import { chat } from './chat/chat.ts'
import { responses } from './responses/responses.ts'

/** What a dialect's rooms are held to: what they say they carry comes back as it was. */
interface Held {
  readonly format: Format & { readonly translation: Translation }
  /** Thoughts as its own providers seal them, for one assistant's turn. */
  readonly thoughts: fc.Arbitrary<readonly ReasoningPart[]>
  readonly choices: number
}

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' })
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/)
const base64 = fc.base64String({ minLength: 4, maxLength: 16 })

const optional = <Fields extends object>(fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> }) =>
  fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<Fields>>

const thought = (said: string, kind: string, value: object | ''): ReasoningPart => ({
  type: 'reasoning',
  text: said,
  seal: { from: 'chat', kind, value: value === '' ? value : JSON.stringify(value) },
})

/** In plain text, in a list of signed ones, or withheld. */
const chatThoughts: fc.Arbitrary<readonly ReasoningPart[]> = fc.oneof(
  fc.constant([]),
  text.map((said) => [thought(said, 'reasoning_content', '')]),
  fc
    .array(fc.tuple(text, base64), { maxLength: 2 })
    .map((signed) =>
      signed.map(([said, signature], index) =>
        thought(said, 'detail', { type: 'reasoning.text', format: 'anthropic-claude-v1', index, signature }),
      ),
    ),
  base64.map((data) => [thought('', 'detail', { type: 'reasoning.encrypted', id: 'rs_1', index: 0, data })]),
)

const responsesThoughts = fc.array(
  fc.tuple(fc.string({ maxLength: 9 }), base64, text).map(
    ([said, value, id]): ReasoningPart => ({
      type: 'reasoning',
      text: said,
      seal: { from: 'responses', value, id },
    }),
  ),
  { maxLength: 2 },
)

const held: readonly Held[] = [
  { format: chat as Held['format'], thoughts: chatThoughts, choices: 2 },
  { format: responses as Held['format'], thoughts: responsesThoughts, choices: 1 },
]

/** Conversations that ask for what a dialect carries, and for nothing else. */
function conversations({ format, thoughts, choices }: Held): fc.Arbitrary<Conversation> {
  const { carries } = format.translation
  const carried = (feature: Feature) => carries[feature].is === 'carried'
  const when = <Value>(feature: Feature, ...found: Value[]): Value[] => (carried(feature) ? found : [])

  const image = (source: fc.Arbitrary<MediaPart['source']>) =>
    source.chain((of) =>
      fc
        .constantFrom<MediaPart['detail']>(undefined, 'low', 'high')
        .map((detail): Part => ({ type: 'image', source: of, ...(detail ? { detail } : {}) })),
    )
  const userPart: fc.Arbitrary<Part> = fc.oneof(
    text.map((said): Part => ({ type: 'text', text: said })),
    ...when(
      'image_data',
      image(base64.map((data) => ({ from: 'data', mediaType: 'image/png', base64: data }))),
    ),
    ...when('image_url', image(fc.webUrl().map((url) => ({ from: 'url', url })))),
    ...when(
      'document_data',
      base64.map(
        (data): Part => ({
          type: 'document',
          source: { from: 'data', mediaType: 'application/pdf', base64: data },
          name: 'contract.pdf',
        }),
      ),
    ),
    ...when(
      'document_url',
      fc.webUrl().map((url): Part => ({ type: 'document', source: { from: 'url', url } })),
    ),
    ...when(
      'audio_input',
      base64.map(
        (data): Part => ({ type: 'audio', source: { from: 'data', mediaType: 'audio/mpeg', base64: data } }),
      ),
    ),
  )
  const called = fc.tuple(word, fc.json(), fc.boolean())
  const assistant = fc
    .tuple(
      thoughts,
      fc.array(text, { maxLength: 2 }),
      fc.option(text, { nil: undefined }),
      fc.array(called, { maxLength: 3 }),
    )
    .map(([thought, texts, refusal, calls]): readonly Part[] => [
      ...thought,
      ...texts.map((said): Part => ({ type: 'text', text: said })),
      ...(refusal === undefined ? [] : [{ type: 'refusal' as const, text: refusal }]),
      ...calls.map(
        ([name, args, custom], index): Part => ({
          type: 'tool_call',
          id: `call_${index}`,
          name,
          arguments: args,
          ...(custom ? { custom } : {}),
        }),
      ),
    ])
    .filter((parts) => parts.length > 0)
  const resultParts: fc.Arbitrary<Part[]> = fc.array(
    carried('tool_result_images')
      ? userPart.filter((part) => part.type !== 'audio')
      : text.map((said): Part => ({ type: 'text', text: said })),
    { maxLength: 2 },
  )
  const named = carried('names') ? optional<{ name: string }>({ name: word }) : fc.constant({})
  const asked = fc
    .tuple(
      fc.constantFrom('user' as const, 'system' as const, 'developer' as const),
      fc.array(userPart, { minLength: 1, maxLength: 3 }),
      text,
      named,
    )
    .map(
      ([role, parts, said, name]): Turn => ({
        role,
        parts: role === 'user' ? parts : [{ type: 'text', text: said }],
        ...name,
      }),
    )
  const exchange = fc.tuple(asked, assistant, resultParts).map(([question, parts, result]): Turn[] => {
    const calls = parts.filter((part): part is ToolCallPart => part.type === 'tool_call')
    const answered: Turn = { role: 'assistant', parts }
    if (calls.length === 0) return [question, answered]
    const results = calls.map(
      ({ id, custom }): Part => ({
        type: 'tool_result',
        callId: id,
        parts: result,
        ...(custom ? { custom } : {}),
      }),
    )
    return [question, answered, { role: 'tool', parts: results }]
  })

  const schema = fc.constant({ type: 'object', properties: { city: { type: 'string' } } })
  const tool: fc.Arbitrary<Tool> = fc.oneof(
    fc
      .tuple(
        word,
        optional<{ description: string; parameters: object; strict: boolean }>({
          description: text,
          parameters: schema,
          strict: fc.constant(true),
        }),
      )
      .map(([name, rest]): Tool => ({ type: 'function', name, ...rest }) as Tool),
    fc.constant<Tool>({
      type: 'custom',
      name: 'grep',
      format: { type: 'grammar', syntax: 'regex', definition: '[a-z]+' },
    }),
  )
  const tools = fc
    .uniqueArray(tool, { minLength: 1, maxLength: 3, selector: ({ name }) => name })
    .chain((list) => {
      const names = list.map(({ name }) => name)
      return optional<Pick<Conversation, 'toolChoice' | 'parallelToolCalls'>>({
        toolChoice: fc.oneof(
          fc.constantFrom(
            { mode: 'auto' as const },
            { mode: 'none' as const },
            { mode: 'required' as const },
          ),
          fc.constantFrom(...names).map((name) => ({ mode: 'tool' as const, name })),
          fc.tuple(fc.subarray(names, { minLength: 1 }), fc.boolean()).map(([allowed, required]) => ({
            mode: 'allowed' as const,
            names: allowed,
            required,
          })),
        ),
        parallelToolCalls: fc.boolean(),
      }).map((rest) => ({ tools: list, ...rest }))
    })
  const answerFormat: fc.Arbitrary<AnswerFormat> = fc.oneof(
    fc.constantFrom<AnswerFormat>({ type: 'text' }, { type: 'json' }),
    fc
      .tuple(word, schema, optional({ description: text, strict: fc.boolean() }))
      .map(([name, said, rest]) => ({
        type: 'schema' as const,
        name,
        schema: said,
        ...rest,
      })),
  )
  const amount = fc.double({ min: 0, max: 1, noNaN: true })
  const sampling = optional({
    ...(carried('temperature') ? { temperature: amount } : {}),
    ...(carried('top_p') ? { topP: amount } : {}),
    ...(carried('penalties') ? { frequencyPenalty: amount, presencePenalty: amount } : {}),
    ...(carried('seed') ? { seed: fc.nat() } : {}),
    ...(carried('logit_bias') ? { logitBias: fc.constant({ 50256: -100 }) } : {}),
  })
  const rest = optional({
    format: answerFormat,
    maxOutputTokens: fc.integer({ min: 16, max: 100_000 }),
    ...(carried('stop') ? { stop: fc.array(text, { minLength: 1, maxLength: 4 }) } : {}),
    ...(carried('choices') ? { choices: fc.integer({ min: 1, max: choices }) } : {}),
    reasoning: fc
      .constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max')
      .map((effort) => ({ effort })),
    verbosity: fc.constantFrom('low', 'medium', 'high'),
    ...(carried('end_user') ? { endUser: text } : {}),
    ...(carried('metadata') ? { metadata: fc.dictionary(word, text, { maxKeys: 2 }) } : {}),
    ...(carried('cache_key') ? { cacheKey: text } : {}),
  })
  return fc
    .tuple(
      fc.boolean(),
      fc.array(exchange, { minLength: 1, maxLength: 3 }),
      fc.option(tools, { nil: {} }),
      sampling,
      rest,
    )
    .map(([stream, turns, toolFields, how, others]) => ({
      model: 'gpt-5.6',
      stream,
      turns: turns.flat(),
      sampling: how,
      foreign: [],
      ...toolFields,
      ...others,
    })) as fc.Arbitrary<Conversation>
}

describe.each(held.map((one) => [one.format.endpoint, one] as const))('%s', (endpoint, one) => {
  const { translation } = one.format
  const target = { bytes: 0, path: '', query: '' }

  it('reads a conversation of what it carries as it was written', () => {
    fc.assert(
      fc.property(conversations(one), (conversation) => {
        for (const feature of featuresOf(conversation, endpoint as ConversationEndpoint).keys())
          expect([feature, translation.carries[feature].is]).toEqual([feature, 'carried'])
        const { body } = translation.writeRequest(conversation, { maxOutputTokens: 4_096 })
        expect(translation.readRequest(body, target)).toEqual(conversation)
        // What the enforcement part reads of it is legal too.
        expect(one.format.read(body, target).stream).toBe(conversation.stream)
      }),
    )
  })
})
