import { describe, expect, it } from 'vitest'
import { TollgateError } from '../../../core/errors.ts'
import type { JsonObject } from '../../json.ts'
import { readRequest } from './request-reader.ts'

const HELLO = { model: 'claude-opus-5-5', max_tokens: 1_024, messages: [{ role: 'user', content: 'Hi' }] }
const read = (more: JsonObject = {}) => readRequest({ ...HELLO, ...more })
const turns = (...messages: JsonObject[]) => read({ messages }).turns

/** What Claude Code sends at the beginning of a session, shortened. */
const CLAUDE_CODE = {
  model: 'claude-opus-5-5',
  max_tokens: 32_000,
  stream: true,
  system: [
    { type: 'text', text: 'You are Claude Code.', cache_control: { type: 'ephemeral', ttl: '1h' } },
    { type: 'text', text: 'You are an interactive CLI tool.', cache_control: { type: 'ephemeral' } },
  ],
  messages: [
    { role: 'user', content: [{ type: 'text', text: '<system-reminder>…</system-reminder>' }] },
    { role: 'system', content: [{ type: 'text', text: 'Today is Saturday.' }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: '', signature: 'EqQBCgIYAhIM' },
        { type: 'text', text: 'I look.' },
        {
          type: 'tool_use',
          id: 'toolu_1',
          name: 'Read',
          input: { path: 'a.ts' },
          caller: { type: 'direct' },
        },
        { type: 'tool_use', id: 'toolu_2', name: 'Read', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: 'export {}' },
        { type: 'tool_result', tool_use_id: 'toolu_2', is_error: true, content: [] },
        { type: 'text', text: 'Go on', cache_control: { type: 'ephemeral' } },
      ],
    },
  ],
  tools: [
    {
      name: 'Read',
      description: 'Reads a file.',
      input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
      eager_input_streaming: true,
    },
  ],
  metadata: { user_id: 'user_1' },
  thinking: { type: 'adaptive', display: 'omitted' },
  output_config: { effort: 'high' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
}

describe('a request for a message', () => {
  it('of a coding agent is a conversation', () => {
    expect(readRequest(CLAUDE_CODE)).toEqual({
      model: 'claude-opus-5-5',
      stream: true,
      maxOutputTokens: 32_000,
      turns: [
        {
          role: 'system',
          parts: [
            { type: 'text', text: 'You are Claude Code.', cache: { ttl: '1h' } },
            { type: 'text', text: 'You are an interactive CLI tool.', cache: {} },
          ],
        },
        { role: 'user', parts: [{ type: 'text', text: '<system-reminder>…</system-reminder>' }] },
        { role: 'system', parts: [{ type: 'text', text: 'Today is Saturday.' }] },
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: '', seal: { from: 'messages', value: 'EqQBCgIYAhIM' } },
            { type: 'text', text: 'I look.' },
            { type: 'tool_call', id: 'toolu_1', name: 'Read', arguments: '{"path":"a.ts"}' },
            { type: 'tool_call', id: 'toolu_2', name: 'Read', arguments: '{}' },
          ],
        },
        {
          role: 'tool',
          parts: [
            { type: 'tool_result', callId: 'toolu_1', parts: [{ type: 'text', text: 'export {}' }] },
            { type: 'tool_result', callId: 'toolu_2', parts: [], isError: true },
          ],
        },
        { role: 'user', parts: [{ type: 'text', text: 'Go on', cache: {} }] },
      ],
      tools: [
        {
          type: 'function',
          name: 'Read',
          description: 'Reads a file.',
          parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
        },
      ],
      sampling: {},
      reasoning: { adaptive: true, effort: 'high', show: 'none' },
      endUser: 'user_1',
      foreign: [
        { from: 'messages', path: 'tools[0].eager_input_streaming', value: true },
        {
          from: 'messages',
          path: 'context_management',
          value: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
        },
      ],
    })
  })

  it('keeps pictures and documents, with what is said about them', () => {
    const content = [
      { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } },
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
        title: 'Report',
        context: 'From 2025.',
        citations: { enabled: true },
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Hello' } },
      {
        type: 'document',
        source: {
          type: 'content',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      },
    ]
    expect(turns({ role: 'user', content })[0]!.parts).toEqual([
      { type: 'image', source: { from: 'url', url: 'https://x/y.png' } },
      { type: 'image', source: { from: 'data', mediaType: 'image/png', base64: 'iVBO' } },
      { type: 'image', source: { from: 'file', id: 'file_1' } },
      { type: 'text', text: 'From 2025.' },
      {
        type: 'document',
        source: { from: 'data', mediaType: 'application/pdf', base64: 'JVBE' },
        name: 'Report',
        citable: true,
      },
      { type: 'document', source: { from: 'text', text: 'Hello' } },
      { type: 'document', source: { from: 'text', text: 'a\n\nb' } },
    ])
  })

  it('keeps what it does not know, with where it came from', () => {
    const search = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } }
    expect(turns({ role: 'assistant', content: [search] })[0]!.parts).toEqual([
      { type: 'foreign', from: 'messages', name: 'server_tool_use', value: search },
    ])
    const tool = { type: 'web_search_20260318', name: 'web_search' }
    const { tools, foreign } = read({
      tools: [tool],
      metadata: { user_id: 'u', tenant: 't' },
      speed: 'fast',
      inference_geo: null,
      thinking: { type: 'between_tools' },
    })
    expect(tools).toEqual([{ type: 'foreign', from: 'messages', name: 'web_search_20260318', value: tool }])
    expect(foreign).toEqual([
      { from: 'messages', path: 'metadata.tenant', value: 't' },
      { from: 'messages', path: 'speed', value: 'fast' },
      { from: 'messages', path: 'thinking', value: { type: 'between_tools' } },
    ])
  })

  it('unwraps what another provider has sealed, and what of its ids was encoded', () => {
    const content = [
      { type: 'thinking', thinking: 'Hm', signature: 'tollgate:responses:-:cnNfMQ:gAAAA' },
      { type: 'thinking', thinking: 'Unsigned', signature: '' },
      { type: 'redacted_thinking', data: 'EmwKAh' },
      { type: 'tool_use', id: 'tgid_YTox0i4', name: 'f', input: { a: 1 } },
    ]
    expect(turns({ role: 'assistant', content })[0]!.parts.slice(0, 3)).toEqual([
      { type: 'reasoning', text: 'Hm', seal: { from: 'responses', id: 'rs_1', value: 'gAAAA' } },
      { type: 'reasoning', text: 'Unsigned' },
      { type: 'reasoning', text: '', seal: { from: 'messages', kind: 'redacted', value: 'EmwKAh' } },
    ])
  })

  it.each([
    [{ type: 'auto' }, { toolChoice: { mode: 'auto' } }],
    [
      { type: 'any', disable_parallel_tool_use: true },
      { toolChoice: { mode: 'required' }, parallelToolCalls: false },
    ],
    [{ type: 'tool', name: 'f' }, { toolChoice: { mode: 'tool', name: 'f' } }],
    [{ type: 'none' }, { toolChoice: { mode: 'none' } }],
  ])('has the tool choice %j', (choice, expected) => {
    expect(read({ tool_choice: choice })).toMatchObject(expected)
  })

  it.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2_000 } }, { budgetTokens: 2_000 }],
    [{ thinking: { type: 'adaptive' } }, { adaptive: true }],
    [{ thinking: { type: 'adaptive', display: 'summarized' } }, { adaptive: true, show: 'summary' }],
    [{ thinking: { type: 'disabled' } }, { effort: 'none' }],
    [
      { thinking: { type: 'disabled' }, output_config: { effort: 'max' } },
      { effort: 'max', budgetTokens: 0 },
    ],
    [{ output_config: { effort: 'xhigh' } }, { effort: 'xhigh' }],
    [{}, undefined],
  ])('thinks as %j says', (body, reasoning) => {
    expect(read(body).reasoning).toEqual(reasoning)
  })

  it('has a schema from either field, a tier, stops and sampling', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false }
    const format = { type: 'json_schema', schema }
    expect(read({ output_config: { format } }).format).toEqual({ type: 'schema', schema })
    expect(read({ output_format: format }).format).toEqual({ type: 'schema', schema })
    expect(
      read({ service_tier: 'standard_only', stop_sequences: ['END'], temperature: 0, top_p: 0.5, top_k: 5 }),
    ).toMatchObject({
      serviceTier: 'default',
      stop: ['END'],
      sampling: { temperature: 0, topP: 0.5, topK: 5 },
    })
  })

  it.each([
    [{ thread: { type: 'continue', previous_message_id: 'msg_1' } }, 'thread'],
    [{ compaction: { type: 'summarize' } }, 'compaction'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0]'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'user', content: ['x'] }] }, 'messages[0].content'],
    [{ tools: {} }, 'tools'],
    [{ tool_choice: { type: 'some' } }, 'tool_choice'],
  ])('%j is refused, naming the field', (body, param) => {
    try {
      read(body)
      expect.unreachable()
    } catch (error) {
      expect(TollgateError.is(error) && error.param).toBe(param)
    }
  })
})
