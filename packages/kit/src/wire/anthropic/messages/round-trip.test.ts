import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Conversation, FunctionTool, Turn } from '../../neutral/conversation.ts'
import { type FEATURES, featuresOf } from '../../neutral/features.ts'
import type { Part, ToolCallPart } from '../../neutral/part.ts'
import { MESSAGES_CARRIAGES } from './carriages.ts'
import { readRequest } from './request-reader.ts'
import { writeRequest } from './request-writer.ts'

const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
const text = fc.string({ unit: 'grapheme', minLength: 1 })
/** JSON has no negative zero. */
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)))
const object = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), json)
const cache = fc
  .constantFrom(undefined, {}, { ttl: '5m' as const }, { ttl: '1h' as const })
  .map((marker) => (marker ? { cache: marker } : {}))
const flag = <Name extends string>(key: Name) =>
  fc.boolean().map((on) => (on ? ({ [key]: true } as { [K in Name]?: true }) : {}))
const optional = <Name extends string, Value>(key: Name, value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined }).map((it) => (it === undefined ? {} : { [key]: it })) as fc.Arbitrary<{
    [K in Name]?: Value
  }>
const all = <Parts extends object[]>(...parts: { [I in keyof Parts]: fc.Arbitrary<Parts[I]> }) =>
  fc.tuple(...parts).map((them) => Object.assign({}, ...them))

const textPart = all(fc.record({ type: fc.constant('text' as const), text }), cache)
const imagePart = all(
  fc.record({
    type: fc.constant('image' as const),
    source: fc.oneof(
      fc.record({ from: fc.constant('url' as const), url: fc.webUrl() }),
      fc.record({
        from: fc.constant('data' as const),
        mediaType: fc.constantFrom('image/png', 'image/webp'),
        base64: fc.base64String({ minLength: 4 }),
      }),
    ),
  }),
  cache,
)
const documentPart = all(
  fc.record({
    type: fc.constant('document' as const),
    source: fc.oneof(
      fc.record({ from: fc.constant('text' as const), text }),
      fc.record({ from: fc.constant('url' as const), url: fc.webUrl() }),
      fc.record({
        from: fc.constant('data' as const),
        mediaType: fc.constant('application/pdf'),
        base64: fc.base64String({ minLength: 4 }),
      }),
    ),
  }),
  optional('name', text),
  flag('citable'),
  cache,
)
const said = fc.oneof(textPart, imagePart, documentPart) as fc.Arbitrary<Part>
const thought = fc.record({
  type: fc.constant('reasoning' as const),
  text: fc.string(),
  seal: fc.record({ from: fc.constant('messages' as const), value: fc.base64String({ minLength: 4 }) }),
})
const withheld = fc.base64String({ minLength: 4 }).map(
  (value): Part => ({
    type: 'reasoning',
    text: '',
    seal: { from: 'messages', kind: 'redacted', value },
  }),
)
const call = all(
  fc.record({
    type: fc.constant('tool_call' as const),
    id: fc.string({ minLength: 1 }),
    name,
    arguments: object.map((it) => JSON.stringify(it)),
  }),
  cache,
) as fc.Arbitrary<ToolCallPart>
const result = (callId: string) =>
  all(
    fc.record({
      type: fc.constant('tool_result' as const),
      callId: fc.constant(callId),
      parts: fc.array(said, { maxLength: 2 }),
    }),
    flag('isError'),
    cache,
  ) as fc.Arbitrary<Part>

/** What a user says, and what the model answers: results of the tools it has called come before the user speaks again. */
const round: fc.Arbitrary<Turn[]> = fc
  .record({
    asked: fc.array(said, { minLength: 1, maxLength: 3 }),
    answered: fc.array(fc.oneof(textPart as fc.Arbitrary<Part>, thought, withheld), {
      minLength: 1,
      maxLength: 3,
    }),
    calls: fc.array(call, { maxLength: 2 }),
  })
  .chain(({ asked, answered, calls }) =>
    fc
      .tuple(...calls.map(({ id }) => result(id)))
      .map((results: Part[]): Turn[] => [
        { role: 'user', parts: asked },
        { role: 'assistant', parts: [...answered, ...calls] },
        ...(results.length > 0 ? [{ role: 'tool' as const, parts: results }] : []),
      ]),
  )
const system = fc
  .array(textPart as fc.Arbitrary<Part>, { maxLength: 2 })
  .map((parts): Turn[] => (parts.length > 0 ? [{ role: 'system', parts }] : []))
const tool = all(
  fc.record({ type: fc.constant('function' as const), name }),
  optional('description', fc.string()),
  optional(
    'parameters',
    object.map((properties) => ({ type: 'object', properties })),
  ),
  optional('strict', fc.boolean()),
  cache,
) as fc.Arbitrary<FunctionTool>
const choice = fc.oneof(
  fc.record({ toolChoice: fc.constant({ mode: 'none' as const }) }),
  all(
    fc.record({
      toolChoice: fc.oneof(
        fc.constantFrom({ mode: 'auto' as const }, { mode: 'required' as const }),
        fc.record({ mode: fc.constant('tool' as const), name }),
      ),
    }),
    optional('parallelToolCalls', fc.boolean()),
  ),
)
const tools = fc.option(all(fc.record({ tools: fc.array(tool, { minLength: 1, maxLength: 3 }) }), choice), {
  nil: {},
})

const conversation = all(
  fc.record({
    model: fc.constant('claude-opus-5-5'),
    stream: fc.boolean(),
    sampling: fc.constant({}),
    foreign: fc.constant([]),
    maxOutputTokens: fc.integer({ min: 1, max: 100_000 }),
  }),
  fc
    .tuple(system, fc.array(round, { minLength: 1, maxLength: 3 }))
    .map(([first, rounds]) => ({ turns: [...first, ...rounds.flat()] })),
  tools,
  optional(
    'format',
    object.map((schema) => ({ type: 'schema' as const, schema })),
  ),
  optional('endUser', text),
  optional('stop', fc.array(name, { minLength: 1, maxLength: 4 })),
  optional('serviceTier', fc.constantFrom('auto', 'default')),
) as fc.Arbitrary<Conversation>

describe('a conversation that Anthropic’s dialect carries', () => {
  it('is the same when it is written and read', () => {
    fc.assert(
      fc.property(conversation, (asked) => {
        const { body } = writeRequest(asked, { maxOutputTokens: 1 })
        expect(readRequest(JSON.parse(JSON.stringify(body)))).toEqual(asked)
      }),
    )
  })

  it('is what the generator above speaks of, and all of what is carried', () => {
    const asked = new Set<string>()
    for (const one of fc.sample(conversation, 500)) {
      for (const feature of featuresOf(one, 'messages').keys()) asked.add(feature)
    }
    const isLost = [...asked].filter(
      (feature) => MESSAGES_CARRIAGES[feature as keyof typeof FEATURES].is === 'lost',
    )
    expect(isLost).toEqual([])
    const carried = Object.entries(MESSAGES_CARRIAGES).filter(([, { is }]) => is === 'carried')
    expect(carried.map(([feature]) => feature).filter((feature) => !asked.has(feature))).toEqual([])
  })
})
