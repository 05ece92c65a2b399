import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import type { Conversation, FunctionTool, Turn } from '../../neutral/conversation.ts'
import { featuresOf } from '../../neutral/features.ts'
import type { Part } from '../../neutral/part.ts'
import { MESSAGES_CARRIAGES } from './carriages.ts'
import { writeRequest } from './request-writer.ts'

const HELLO: Conversation = {
  model: 'claude-opus-5-5',
  stream: false,
  sampling: {},
  foreign: [],
  turns: [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }],
}
const write = (more: Partial<Conversation> = {}) =>
  writeRequest({ ...HELLO, ...more }, { maxOutputTokens: 64_000 }).body
const say = (text: string): Part => ({ type: 'text', text })

describe('what is written', () => {
  it('asks for the version that takes it, with a cap, which is required', () => {
    expect(writeRequest(HELLO, { maxOutputTokens: 64_000 })).toEqual({
      headers: { 'anthropic-version': '2023-06-01' },
      body: { model: 'claude-opus-5-5', max_tokens: 64_000, messages: [{ role: 'user', content: 'Hi' }] },
    })
  })

  it('alternates, with results of tools first, right behind their calls', () => {
    const turns: Turn[] = [
      { role: 'user', parts: [say('a')] },
      { role: 'user', parts: [say('b')] },
      { role: 'assistant', parts: [say('')] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c/1', name: 'f', arguments: '' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c2', name: 'f', arguments: '{"a":1}' }] },
      { role: 'user', parts: [say('and')] },
      { role: 'tool', parts: [{ type: 'tool_result', callId: 'c/1', parts: [say('1')] }] },
      { role: 'tool', parts: [{ type: 'tool_result', callId: 'c2', parts: [] }] },
    ]
    const id = 'tgid_Yy8xLg'
    expect(write({ turns }).messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id, name: 'f', input: {} },
          { type: 'tool_use', id: 'c2', name: 'f', input: { a: 1 } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: id, content: '1' },
          { type: 'tool_result', tool_use_id: 'c2' },
          { type: 'text', text: 'and' },
        ],
      },
    ])
  })

  it('leaves out what nobody has said, and pictures that a model has made', () => {
    const turns: Turn[] = [
      { role: 'user', parts: [say('a')] },
      {
        role: 'assistant',
        parts: [say(''), { type: 'image', source: { from: 'url', url: 'https://x/made.png' } }],
      },
      { role: 'user', parts: [say('b')] },
    ]
    expect(write({ turns }).messages).toMatchObject([
      { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
    ])
  })

  it('gathers all instructions in the system prompt', () => {
    const turns: Turn[] = [
      { role: 'system', parts: [say('One.')] },
      { role: 'user', parts: [say('Hi')] },
      { role: 'developer', parts: [say('Two.')] },
    ]
    expect(write({ turns })).toMatchObject({
      system: [
        { type: 'text', text: 'One.' },
        { type: 'text', text: 'Two.' },
      ],
      messages: [{ role: 'user', content: 'Hi' }],
    })
  })

  it('tells arguments that are no object in one', () => {
    const cut: Turn = {
      role: 'assistant',
      parts: [
        { type: 'tool_call', id: 'a', name: 'f', arguments: '{"a":' },
        { type: 'tool_call', id: 'b', name: 'f', arguments: '[1]' },
        { type: 'tool_call', id: 'c', name: 'f', arguments: 'ls -l', custom: true },
      ],
    }
    expect(write({ turns: [cut] }).messages).toMatchObject([
      {
        content: [
          { input: { arguments: '{"a":' } },
          { input: { arguments: '[1]' } },
          { input: { input: 'ls -l' } },
        ],
      },
    ])
  })

  const f: FunctionTool = { type: 'function', name: 'f' }
  const g: FunctionTool = { type: 'function', name: 'g' }

  it('leaves out the tools that may not be called', () => {
    const toolChoice = { mode: 'allowed', names: ['g'], required: true } as const
    expect(write({ tools: [f, g], toolChoice })).toMatchObject({
      tools: [{ name: 'g', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any' },
    })
  })

  it('says that one call at a time is enough, whoever chooses', () => {
    const single = { disable_parallel_tool_use: true }
    expect(write({ tools: [f], parallelToolCalls: false }).tool_choice).toEqual({ type: 'auto', ...single })
    expect(write({ tools: [f], parallelToolCalls: true }).tool_choice).toBeUndefined()
    expect(write({ parallelToolCalls: false }).tool_choice).toBeUndefined()
  })

  it('gives sampling to the models that take it, as far as they do', () => {
    const sampling = { temperature: 1.5, topP: 0.9, topK: 40 }
    const sent = ({ temperature, top_p, top_k }: JsonObject) => [temperature, top_p, top_k]
    const ask = (model: string, more: Partial<Conversation> = {}) => sent(write({ model, sampling, ...more }))
    expect(ask('claude-3-haiku-20240307')).toEqual([1, 0.9, 40])
    expect(ask('claude-sonnet-4-20250514')).toEqual([1, 0.9, 40])
    expect(ask('claude-opus-4-6')).toEqual([1, undefined, 40])
    expect(ask('anthropic.claude-haiku-4-5-20251001-v1:0')).toEqual([1, undefined, 40])
    expect(ask('claude-opus-4-6', { reasoning: { adaptive: true } })).toEqual(Array(3).fill(undefined))
    for (const model of ['claude-opus-4-7', 'claude-haiku-5-5', 'claude-mythos-preview', 'gpt-4o'])
      expect(ask(model)).toEqual(Array(3).fill(undefined))
  })

  it('goes by the deployment’s own name of the model', () => {
    const asked = { ...HELLO, model: 'fast', sampling: { temperature: 0 } }
    const target = { maxOutputTokens: 1, model: 'claude-opus-4-6' }
    expect(writeRequest(asked, target).body).toMatchObject({ model: 'fast', temperature: 0 })
  })
})

/** Each feature that is lost, in a conversation that asks for it: the request must not hold what Anthropic would refuse. */
describe('what is lost', () => {
  const part = (...parts: Part[]): Partial<Conversation> => ({
    turns: [{ role: 'user', parts: [say('Hi'), ...parts] }],
  })
  const file = { type: 'image', source: { from: 'file', id: 'file_1' } } as const
  const image = { type: 'image', source: { from: 'url', url: 'https://x' } } as const
  const sound = { from: 'data', mediaType: 'audio/wav', base64: 'AAAA' } as const
  const asks: Readonly<Record<string, Partial<Conversation>>> = {
    names: { turns: [{ role: 'user', name: 'ann', parts: [say('Hi')] }] },
    image_detail: part({ ...image, detail: 'high' }),
    audio_input: part({ type: 'audio', source: sound }),
    video_input: part({ type: 'video', source: { from: 'url', url: 'https://x' } }),
    stored_file: part(file),
    custom_tools: { tools: [{ type: 'custom', name: 'shell' }] },
    json_output: { format: { type: 'json' } },
    temperature: { sampling: { temperature: 0.5 } },
    top_p: { sampling: { topP: 0.5 } },
    top_k: { sampling: { topK: 5 } },
    penalties: { sampling: { frequencyPenalty: 1, presencePenalty: 1 } },
    seed: { sampling: { seed: 1 } },
    logprobs: { sampling: { logprobs: 2 } },
    logit_bias: { sampling: { logitBias: { 50256: -100 } } },
    choices: { choices: 2 },
    foreign_reasoning: {
      turns: [
        ...HELLO.turns,
        {
          role: 'assistant',
          parts: [
            say('Hi'),
            { type: 'reasoning', text: 'Hm' },
            { type: 'reasoning', text: '', seal: { from: 'responses', value: 'gAAAA' } },
          ],
        },
      ],
    },
    verbosity: { verbosity: 'low' },
    cache_key: { cacheKey: 'k' },
    metadata: { metadata: { team: 'a' } },
    provider_tools: { tools: [{ type: 'foreign', from: 'generate', name: 'googleSearch', value: {} }] },
    provider_parts: part({ type: 'foreign', from: 'generate', name: 'executableCode', value: {} }),
    provider_fields: { foreign: [{ from: 'chat', path: 'prediction', value: {} }] },
  }
  const lost = Object.entries(MESSAGES_CARRIAGES).filter(([, { is }]) => is === 'lost')

  it.each(lost.map(([feature]) => feature))('%s: the request goes without', (feature) => {
    const asked = { ...HELLO, ...asks[feature] }
    expect([...featuresOf(asked, 'messages').keys()]).toContain(feature)
    const body = writeRequest(asked, { maxOutputTokens: 64_000 }).body
    const messages = body.messages as JsonObject[]
    const kept =
      feature === 'image_detail' ? [{ type: 'image', source: { type: 'url', url: 'https://x' } }] : []
    const content = kept.length > 0 ? [{ type: 'text', text: 'Hi' }, ...kept] : 'Hi'
    expect(messages).toEqual(
      feature === 'foreign_reasoning'
        ? [
            { role: 'user', content },
            { role: 'assistant', content },
          ]
        : [{ role: 'user', content }],
    )
    expect(Object.keys(body).sort()).toEqual(['max_tokens', 'messages', 'model'])
  })
})
