import { describe, expect, it } from 'vitest'
import type { ConversationEndpoint } from '../endpoint.ts'
import type { Conversation, Turn } from './conversation.ts'
import { type Feature, featuresOf } from './features.ts'
import type { Part } from './part.ts'

const PLAIN: Conversation = {
  model: 'm',
  turns: [
    { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
    { role: 'assistant', parts: [{ type: 'text', text: 'Hi' }] },
  ],
  stream: true,
  sampling: {},
  foreign: [],
}

const found = (asked: Partial<Conversation>, to: ConversationEndpoint = 'generate') => [
  ...featuresOf({ ...PLAIN, ...asked }, to),
]
const names = (asked: Partial<Conversation>, to?: ConversationEndpoint) =>
  found(asked, to).map(([name]) => name)
const inTurn = (role: Turn['role'], ...parts: Part[]) => ({ turns: [{ role, parts }] })

describe('featuresOf', () => {
  it('finds none in what every dialect can say', () => {
    const usual = { maxOutputTokens: 9, choices: 1, stop: [], format: { type: 'text' as const } }
    expect(found({ ...usual, toolChoice: { mode: 'auto' }, parallelToolCalls: false })).toEqual([])
  })

  it.each<[Partial<Conversation>, Feature]>([
    [{ format: { type: 'json' } }, 'json_output'],
    [{ format: { type: 'schema', schema: {} } }, 'schema_output'],
    [{ sampling: { temperature: 0 } }, 'temperature'],
    [{ sampling: { topP: 1 } }, 'top_p'],
    [{ sampling: { topK: 1 } }, 'top_k'],
    [{ sampling: { frequencyPenalty: 1 } }, 'penalties'],
    [{ sampling: { presencePenalty: 1 } }, 'penalties'],
    [{ sampling: { seed: 0 } }, 'seed'],
    [{ sampling: { logprobs: 0 } }, 'logprobs'],
    [{ sampling: { logitBias: {} } }, 'logit_bias'],
    [{ stop: ['END'] }, 'stop'],
    [{ choices: 2 }, 'choices'],
    [{ reasoning: { effort: 'none' } }, 'reasoning_effort'],
    [{ reasoning: { budgetTokens: 0 } }, 'reasoning_budget'],
    [{ verbosity: 'low' }, 'verbosity'],
    [{ cacheKey: '' }, 'cache_key'],
    [{ endUser: 'u' }, 'end_user'],
    [{ metadata: {} }, 'metadata'],
    [{ serviceTier: 'auto' }, 'service_tier'],
    [{ tools: [{ type: 'function', name: 'f' }] }, 'tools'],
    [{ tools: [{ type: 'custom', name: 'f' }] }, 'custom_tools'],
    [{ tools: [{ type: 'foreign', from: 'messages', name: 'web_search', value: {} }] }, 'provider_tools'],
    [{ toolChoice: { mode: 'required' } }, 'tool_choice'],
    [{ toolChoice: { mode: 'tool', name: 'f' } }, 'tool_choice'],
    [{ toolChoice: { mode: 'allowed', names: ['f'], required: false } }, 'allowed_tools'],
    [{ foreign: [{ from: 'chat', path: 'prediction', value: {} }] }, 'provider_fields'],
  ])('finds what a request asks for: %j', (asked, feature) => expect(names(asked)).toEqual([feature]))

  it.each<[Part, Feature]>([
    [{ type: 'image', source: { from: 'data', mediaType: 'image/png', base64: '' } }, 'image_data'],
    [{ type: 'image', source: { from: 'url', url: '' } }, 'image_url'],
    [
      { type: 'document', source: { from: 'data', mediaType: 'application/pdf', base64: '' } },
      'document_data',
    ],
    [{ type: 'document', source: { from: 'url', url: '' } }, 'document_url'],
    [{ type: 'document', source: { from: 'text', text: '' } }, 'document_text'],
    [{ type: 'document', source: { from: 'file', id: '' } }, 'stored_file'],
    [{ type: 'image', source: { from: 'file', id: '' } }, 'stored_file'],
    [{ type: 'audio', source: { from: 'url', url: '' } }, 'audio_input'],
    [{ type: 'video', source: { from: 'url', url: '' } }, 'video_input'],
    [{ type: 'text', text: '', cache: {} }, 'cache_markers'],
    [{ type: 'text', text: '', citations: [] }, 'citations'],
    [{ type: 'refusal', text: '' }, 'refusals'],
    [{ type: 'tool_call', id: '', name: '', arguments: '' }, 'tools'],
    [{ type: 'tool_call', id: '', name: '', arguments: '', custom: true }, 'custom_tools'],
    [{ type: 'tool_result', callId: '', parts: [], isError: true }, 'tool_errors'],
    [{ type: 'foreign', from: 'chat', name: '', value: {} }, 'provider_parts'],
  ])('finds what a part is: %j', (part, feature) => expect(names(inTurn('user', part))).toEqual([feature]))

  it('finds what a part asks for beside what it is', () => {
    const source = { from: 'url' as const, url: '' }
    const image = (detail: 'auto' | 'low'): Part => ({ type: 'image', source, detail })
    expect(names(inTurn('user', image('auto')))).toEqual(['image_url'])
    expect(names(inTurn('user', image('low')))).toEqual(['image_detail', 'image_url'])
    expect(names(inTurn('user', { type: 'document', source, citable: true }))).toEqual([
      'citations',
      'document_url',
    ])
  })

  it('looks into results of tools', () => {
    const picture: Part = { type: 'image', source: { from: 'url', url: '' } }
    const result: Part = { type: 'tool_result', callId: '', parts: [{ type: 'text', text: '' }, picture] }
    expect(names(inTurn('tool', result))).toEqual(['tool_result_images', 'image_url'])
  })

  it('tells who speaks, and when', () => {
    expect(names(inTurn('developer'))).toEqual(['developer'])
    const later = { turns: [...PLAIN.turns, { role: 'system' as const, parts: [] }] }
    expect(found(later)).toEqual([['later_instructions', 'turns[3]']])
    expect(names({ turns: [{ role: 'user', parts: [], name: 'Ada' }] })).toEqual(['names'])
  })

  it('tells thoughts that the provider has sealed from those that it has not', () => {
    const thought = (from?: ConversationEndpoint): Part => ({
      type: 'reasoning',
      text: '',
      ...(from ? { seal: { from, value: '' } } : {}),
    })
    const call: Part = {
      type: 'tool_call',
      id: '',
      name: '',
      arguments: '',
      seal: { from: 'messages', value: '' },
    }
    expect(names(inTurn('assistant', thought('generate')), 'generate')).toEqual(['past_reasoning'])
    expect(names(inTurn('assistant', thought('generate')), 'chat')).toEqual(['foreign_reasoning'])
    expect(names(inTurn('assistant', thought()), 'generate')).toEqual(['foreign_reasoning'])
    expect(names(inTurn('assistant', call), 'messages')).toEqual(['tools', 'past_reasoning'])
  })

  it('finds what tools ask for', () => {
    const tools = [{ type: 'function' as const, name: 'f', strict: true, cache: {} }]
    expect(names({ tools, parallelToolCalls: false })).toEqual([
      'tools',
      'strict_tools',
      'cache_markers',
      'single_tool_call',
    ])
  })

  it('says where each is asked for first', () => {
    const image: Part = { type: 'image', source: { from: 'url', url: '' } }
    const turns: Turn[] = [
      { role: 'user', parts: [{ type: 'text', text: '' }, image] },
      { role: 'user', parts: [image] },
    ]
    const foreign = [{ from: 'generate' as const, path: 'generationConfig.speechConfig', value: {} }]
    expect(found({ turns, foreign })).toEqual([
      ['image_url', 'turns[0].parts[1]'],
      ['provider_fields', 'generationConfig.speechConfig'],
    ])
  })
})
