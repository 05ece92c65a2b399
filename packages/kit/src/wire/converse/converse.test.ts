import { describe, expect, it } from 'vitest'
import type { Conversation } from '../neutral/conversation.ts'
import { type Folded, fold } from '../neutral/fold.ts'
import type { Part } from '../neutral/part.ts'
import { streamedEvent } from '../streamed-event.ts'
import { readAnswer } from './answer-reader.ts'
import { converse } from './converse.ts'
import { readError } from './errors.ts'
import { writeRequest } from './request-writer.ts'
import { streamDecoder } from './stream-decoder.ts'
import { readUsage } from './usage.ts'

const text = (said: string): Part => ({ type: 'text', text: said })

function written(asked: Partial<Conversation>) {
  const conversation: Conversation = {
    model: 'm',
    stream: false,
    sampling: {},
    foreign: [],
    turns: [],
    ...asked,
  }
  return writeRequest(conversation, { maxOutputTokens: 4_096 }).body
}

const call: Part = {
  type: 'tool_call',
  id: 'call 1|of another',
  name: 'weather',
  arguments: '{"city":"Ulm"}',
}
const result: Part = { type: 'tool_result', callId: call.id, parts: [text('Rain')], isError: true }

describe('a request to Converse', () => {
  it('says who has said what, sides in turn, and always a cap', () => {
    const body = written({
      turns: [
        { role: 'system', parts: [text('Be brief.')] },
        { role: 'user', parts: [text('One.')] },
        { role: 'user', parts: [text(' '), { ...text('Two.'), cache: { ttl: '1h' } } as Part] },
      ],
      sampling: { temperature: 1.7, topP: 0.5 },
      stop: ['END'],
    })
    expect(body).toEqual({
      system: [{ text: 'Be brief.' }],
      messages: [
        {
          role: 'user',
          content: [{ text: 'One.' }, { text: 'Two.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
        },
      ],
      inferenceConfig: { maxTokens: 4_096, temperature: 1, topP: 0.5, stopSequences: ['END'] },
    })
  })

  it('gives a call and its result one id that is taken, and the results first', () => {
    const body = written({
      turns: [
        { role: 'user', parts: [text('Weather?')] },
        { role: 'assistant', parts: [call] },
        { role: 'user', parts: [text('Well?')] },
        { role: 'tool', parts: [result] },
      ],
      tools: [{ type: 'function', name: 'weather' }],
    })
    const [, assistant, user] = body.messages as { content: Record<string, { toolUseId: string }>[] }[]
    const { toolUseId } = assistant!.content[0]!.toolUse!
    expect(toolUseId).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
    expect(user?.content).toEqual([
      { toolResult: { toolUseId, content: [{ text: 'Rain' }], status: 'error' } },
      { text: 'Well?' },
    ])
  })

  it.each([
    [{ mode: 'auto' }, { auto: {} }],
    [{ mode: 'required' }, { any: {} }],
    [{ mode: 'tool', name: 'f' }, { tool: { name: 'f' } }],
  ] as const)('a choice of tools: %j', (toolChoice, choice) => {
    const { toolConfig } = written({ tools: [{ type: 'function', name: 'f' }], toolChoice })
    expect(toolConfig).toMatchObject({ toolChoice: choice })
  })

  it('offers no tool where none may be called, and declares those that were called before', () => {
    const none = { tools: [{ type: 'function', name: 'f' }], toolChoice: { mode: 'none' } } as const
    expect(written(none)).not.toHaveProperty('toolConfig')
    const before = written({ turns: [{ role: 'assistant', parts: [call] }] })
    expect(before.toolConfig).toEqual({
      tools: [{ toolSpec: { name: 'weather', inputSchema: { json: { type: 'object' } } } }],
    })
  })

  it.each([
    ['openai.gpt-oss-120b-1:0', 'medium', { reasoning_effort: 'medium' }],
    ['eu.openai.gpt-oss-20b-1:0', 'minimal', { reasoning_effort: 'low' }],
    ['openai.gpt-oss-20b-1:0', 'max', { reasoning_effort: 'high' }],
    ['openai.gpt-oss-20b-1:0', undefined, undefined],
    ['us.amazon.nova-2-lite-v1:0', 'high', undefined],
    ['meta.llama4-maverick-17b-instruct-v1:0', 'high', undefined],
  ] as const)('asks %s to think %s', (model, effort, fields) => {
    const conversation: Conversation = {
      model: 'm',
      stream: false,
      sampling: {},
      foreign: [],
      turns: [],
      ...(effort && { reasoning: { effort } }),
    }
    const { body } = writeRequest(conversation, { maxOutputTokens: 64, model })
    expect(body.additionalModelRequestFields).toEqual(fields)
    expect(body.inferenceConfig).toEqual({ maxTokens: 64 })
  })

  it('is put under the cap that enforcement asks for', () => {
    const body = written({ turns: [{ role: 'user', parts: [text('Hi')] }] })
    const call = converse.read(body, { bytes: 0, path: '/model/a%3A0/converse-stream', query: '' })
    expect(call).toMatchObject({ model: 'a:0', stream: true, maxOutputTokens: 4_096 })
    expect(converse.edits(call, body, { maxOutputTokens: 7 })).toEqual({ inferenceConfig: { maxTokens: 7 } })
  })
})

type Event = readonly [name: string, said: object]

const STREAM: readonly Event[] = [
  ['messageStart', { role: 'assistant' }],
  ['contentBlockDelta', { delta: { reasoningContent: { text: 'Hm.' } }, contentBlockIndex: 0 }],
  ['contentBlockDelta', { delta: { reasoningContent: { signature: 'sig' } }, contentBlockIndex: 0 }],
  ['contentBlockStop', { contentBlockIndex: 0 }],
  ['contentBlockDelta', { delta: { text: 'It ' }, contentBlockIndex: 1 }],
  ['contentBlockDelta', { delta: { text: 'rains.' }, contentBlockIndex: 1 }],
  ['contentBlockStop', { contentBlockIndex: 1 }],
  ['contentBlockStart', { start: { toolUse: { toolUseId: 't1', name: 'umbrella' } }, contentBlockIndex: 2 }],
  ['contentBlockDelta', { delta: { toolUse: { input: '{"open":' } }, contentBlockIndex: 2 }],
  ['contentBlockDelta', { delta: { toolUse: { input: 'true}' } }, contentBlockIndex: 2 }],
  ['contentBlockStop', { contentBlockIndex: 2 }],
  ['messageStop', { stopReason: 'tool_use' }],
  ['metadata', { usage: { inputTokens: 5, outputTokens: 6, totalTokens: 11 }, metrics: { latencyMs: 1 } }],
]

function folded(events: readonly Event[]): Folded {
  const decoder = streamDecoder()
  return fold([
    ...events.flatMap(([name, said]) => decoder.push(streamedEvent(JSON.stringify(said), name))),
    ...decoder.end(),
  ])
}

const WHOLE = {
  output: {
    message: {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'sig' } } },
        { text: 'It rains.' },
        { toolUse: { toolUseId: 't1', name: 'umbrella', input: { open: true } } },
      ],
    },
  },
  stopReason: 'tool_use',
  usage: { inputTokens: 5, outputTokens: 6, totalTokens: 11 },
}

describe('an answer of Converse', () => {
  it('is the same as a stream and as a whole', () => {
    const { answer, error } = folded(STREAM)
    const { id: _, ...whole } = readAnswer(WHOLE)
    expect(error).toBeUndefined()
    expect(answer).toMatchObject(whole)
    expect(whole.usage).toEqual({ input: 5, output: 6 })
    expect(whole.choices[0].finish).toEqual({ reason: 'tool_calls' })
  })

  it('that breaks off anywhere before its end is no answer', () => {
    const end = STREAM.findIndex(([name]) => name === 'messageStop')
    for (let length = 0; length <= end; length += 1) {
      expect(folded(STREAM.slice(0, length)).error?.status).toBe(502)
    }
    expect(folded(STREAM.slice(0, end + 1)).error).toBeUndefined()
  })

  it('may end in an exception', () => {
    const exception = {
      type: 'error',
      status: 429,
      error: { type: 'rate_limit_error', message: 'Slow down' },
    }
    const { error } = folded([...STREAM.slice(0, 5), ['error', exception], ...STREAM.slice(5)])
    expect(error).toEqual({ status: 429, kind: 'rate_limited', message: 'Slow down' })
  })

  it('that is none is refused', () => {
    expect(() => readAnswer({ message: 'no' })).toThrow(SyntaxError)
  })

  it.each([
    ['nothing', {}, undefined],
    ['no count', { inputTokens: '5', outputTokens: 1 }, undefined],
    ['a negative one', { inputTokens: -5, outputTokens: 1 }, undefined],
    [
      'more kept for an hour than was written',
      {
        inputTokens: 1,
        outputTokens: 1,
        cacheWriteInputTokens: 3,
        cacheDetails: [{ ttl: '1h', inputTokens: 9 }],
      },
      { input: 1, output: 1, cacheWrite1h: 3 },
    ],
  ])('and %s is no usage to rely on', (_, said, usage) => {
    expect(readUsage(said)).toEqual(usage)
  })
})

describe('an error of Bedrock’s', () => {
  it.each([
    [400, 'Input is too long for requested model.', 'context_window'],
    [400, 'Malformed input request', 'invalid_request'],
    [403, 'The security token included in the request is invalid.', 'authentication'],
    [403, 'You don’t have access to the model with the specified model ID.', 'permission'],
    [404, 'Not here', 'not_found'],
    [424, 'The model is not ready', 'server'],
    [429, 'Too many requests', 'rate_limited'],
    [500, '', 'server'],
    [503, 'Busy', 'overloaded'],
  ])('%i %s: %s', (status, message, kind) => {
    expect(readError(status, { message }).kind).toBe(kind)
    expect(readError(status, { Message: message }).kind).toBe(kind)
  })
})
