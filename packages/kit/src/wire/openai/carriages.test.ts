import { describe, expect, it } from 'vitest'
import { converse } from '../converse/converse.ts'
import type { ConversationEndpoint } from '../endpoint.ts'
import type { Format } from '../format.ts'
import type { Conversation, Turn } from '../neutral/conversation.ts'
import { type Feature, featuresOf } from '../neutral/features.ts'
import type { Part } from '../neutral/part.ts'
import { chat } from './chat/chat.ts'
import { responses } from './responses/responses.ts'

type Asked = Partial<Conversation>

const user = (...parts: readonly Part[]): Turn => ({ role: 'user', parts })
const text = (said: string): Part => ({ type: 'text', text: said })
const turns = (...added: readonly Turn[]): Asked => ({ turns: [user(text('Hi.')), ...added] })
const shows = (part: Part): Asked => turns(user(text('Look.'), part))
const answers = (part: Part): Asked => turns({ role: 'assistant', parts: [text('Yes.'), part] })
const result = (parts: readonly Part[], isError = false): Asked =>
  turns(
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_1', name: 'f', arguments: '{}' }] },
    {
      role: 'tool',
      parts: [{ type: 'tool_result', callId: 'call_1', parts, ...(isError ? { isError } : {}) }],
    },
  )
const tools = (rest: Asked = {}): Asked => ({
  tools: [
    { type: 'function', name: 'f' },
    { type: 'function', name: 'g' },
  ],
  ...rest,
})
const data = (mediaType: string) => ({ from: 'data' as const, mediaType, base64: 'AAAA' })
const url = { from: 'url' as const, url: 'https://a.example/x' }

/** A request that asks for a feature, and, where that is not simply the rest of it, the same request without. */
const ASKING: Readonly<
  Record<Feature, (own: ConversationEndpoint) => readonly [asking: Asked, without?: Asked]>
> = {
  developer: () => [turns({ role: 'developer', parts: [text('Be brief.')] })],
  later_instructions: () => [turns({ role: 'system', parts: [text('Be brief.')] })],
  names: () => [turns({ ...user(text('Ho.')), name: 'ada' }), turns(user(text('Ho.')))],
  image_data: () => [shows({ type: 'image', source: data('image/png') }), turns(user(text('Look.')))],
  image_url: () => [shows({ type: 'image', source: url }), turns(user(text('Look.')))],
  image_detail: () => [
    shows({ type: 'image', source: url, detail: 'high' }),
    shows({ type: 'image', source: url }),
  ],
  document_data: () => [
    shows({ type: 'document', source: data('application/pdf') }),
    turns(user(text('Look.'))),
  ],
  document_url: () => [shows({ type: 'document', source: url }), turns(user(text('Look.')))],
  document_text: () => [
    shows({ type: 'document', source: { from: 'text', text: 'Once.' } }),
    turns(user(text('Look.'))),
  ],
  audio_input: () => [shows({ type: 'audio', source: data('audio/wav') }), turns(user(text('Look.')))],
  video_input: () => [shows({ type: 'video', source: data('video/mp4') }), turns(user(text('Look.')))],
  stored_file: () => [
    shows({ type: 'document', source: { from: 'file', id: 'file_1' } }),
    turns(user(text('Look.'))),
  ],
  tools: () => [tools()],
  strict_tools: () => [
    { tools: [{ type: 'function', name: 'f', strict: true }] },
    { tools: [{ type: 'function', name: 'f' }] },
  ],
  custom_tools: () => [{ tools: [{ type: 'custom', name: 'f' }] }],
  tool_choice: () => [tools({ toolChoice: { mode: 'tool', name: 'f' } }), tools()],
  allowed_tools: () => [tools({ toolChoice: { mode: 'allowed', names: ['f'], required: false } }), tools()],
  single_tool_call: () => [tools({ parallelToolCalls: false }), tools()],
  tool_result_images: () => [
    result([text('Here.'), { type: 'image', source: data('image/png') }]),
    result([text('Here.')]),
  ],
  tool_errors: () => [result([text('Oh.')], true), result([text('Oh.')])],
  json_output: () => [{ format: { type: 'json' } }],
  schema_output: () => [{ format: { type: 'schema', schema: { type: 'object' } } }],
  temperature: () => [{ sampling: { temperature: 0.5 } }],
  top_p: () => [{ sampling: { topP: 0.5 } }],
  top_k: () => [{ sampling: { topK: 5 } }],
  penalties: () => [{ sampling: { frequencyPenalty: 0.5 } }],
  seed: () => [{ sampling: { seed: 5 } }],
  logprobs: () => [{ sampling: { logprobs: 5 } }],
  logit_bias: () => [{ sampling: { logitBias: { 5: 1 } } }],
  stop: () => [{ stop: ['END'] }],
  choices: () => [{ choices: 2 }],
  reasoning_effort: () => [{ reasoning: { effort: 'high' } }],
  reasoning_budget: () => [{ reasoning: { budgetTokens: 5_000 } }],
  past_reasoning: (own) => [
    answers({ type: 'reasoning', text: 'Hm.', seal: { from: own, value: '{"type":"reasoning.text"}' } }),
    turns({ role: 'assistant', parts: [text('Yes.')] }),
  ],
  foreign_reasoning: () => [
    answers({ type: 'reasoning', text: 'Hm.', seal: { from: 'messages', value: 'EqQB' } }),
    turns({ role: 'assistant', parts: [text('Yes.')] }),
  ],
  verbosity: () => [{ verbosity: 'low' }],
  cache_markers: () => [
    turns(user({ type: 'text', text: 'Long.', cache: { ttl: '1h' } })),
    turns(user(text('Long.'))),
  ],
  cache_key: () => [{ cacheKey: 'k' }],
  citations: () => [
    turns({ role: 'assistant', parts: [{ type: 'text', text: 'So.', citations: [{ url: url.url }] }] }),
    turns({ role: 'assistant', parts: [text('So.')] }),
  ],
  end_user: () => [{ endUser: 'ada' }],
  metadata: () => [{ metadata: { team: 'a' } }],
  service_tier: () => [{ serviceTier: 'flex' }],
  refusals: () => [
    answers({ type: 'refusal', text: 'No.' }),
    turns({ role: 'assistant', parts: [text('Yes.')] }),
  ],
  provider_tools: () => [
    { tools: [{ type: 'foreign', from: 'messages', name: 'web_search', value: { type: 'web_search' } }] },
  ],
  provider_parts: () => [
    answers({ type: 'foreign', from: 'messages', name: 'server_tool_use', value: { id: 'x' } }),
    turns({ role: 'assistant', parts: [text('Yes.')] }),
  ],
  provider_fields: () => [{ foreign: [{ from: 'messages', path: 'container', value: 'x' }] }],
}

const BASE: Conversation = {
  model: 'gpt-5.6',
  turns: [user(text('Hi.'))],
  stream: false,
  sampling: {},
  foreign: [],
}

const cases = Object.entries(ASKING) as readonly [Feature, (typeof ASKING)[Feature]][]

describe.each([
  ['chat', chat],
  ['responses', responses],
  ['converse', converse],
] as readonly [ConversationEndpoint, Format][])(
  'what %s says that it makes of a feature',
  (endpoint, format) => {
    const { carries, writeRequest } = (format.translation ?? format.serving)!
    const written = (asked: Asked) => writeRequest({ ...BASE, ...asked }, { maxOutputTokens: 4_096 }).body

    it.each(cases)('is what becomes of %s', (feature, asking) => {
      const [asked, without = {}] = asking(endpoint)
      expect([...featuresOf({ ...BASE, ...asked }, endpoint).keys()]).toContain(feature)
      if (carries[feature].is === 'lost') expect(written(asked)).toEqual(written(without))
      // Caches find a prefix by themselves: what marks it is adapted by leaving it out.
      else if (feature !== 'cache_markers') expect(written(asked)).not.toEqual(written(without))
    })
  },
)

describe('what is adapted', () => {
  const body = (format: Format, asked: Asked) =>
    format.translation!.writeRequest({ ...BASE, ...asked }, { maxOutputTokens: 4_096 }).body

  it.each([
    [0, 'none'],
    [1_024, 'low'],
    [2_048, 'low'],
    [2_049, 'medium'],
    [8_192, 'medium'],
    [32_000, 'high'],
  ])('%i tokens of thought are %s effort', (budgetTokens, effort) => {
    expect(body(chat, { reasoning: { budgetTokens } })).toMatchObject({ reasoning_effort: effort })
    expect(body(responses, { reasoning: { budgetTokens } })).toMatchObject({ reasoning: { effort } })
  })

  it('what a tool shows follows its result in Chat, which takes text there only', () => {
    expect(body(chat, result([text('Here.'), { type: 'image', source: url }])).messages).toMatchObject([
      {},
      { role: 'assistant' },
      { role: 'tool', content: 'Here.' },
      { role: 'user', content: [{ type: 'image_url', image_url: { url: url.url } }] },
    ])
  })

  it.each([
    ['standard_only', 'default'],
    ['priority', 'priority'],
    ['somewhere', undefined],
  ])('the tier %s is %s', (serviceTier, tier) => {
    expect(body(chat, { serviceTier }).service_tier).toBe(tier)
    expect(body(responses, { serviceTier }).service_tier).toBe(tier)
  })
})
