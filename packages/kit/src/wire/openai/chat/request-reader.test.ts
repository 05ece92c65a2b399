import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { readRequest } from './request-reader.ts'

const read = (body: JsonObject) =>
  readRequest({ model: 'gpt-5.6', messages: [{ role: 'user', content: 'Hi.' }], ...body })
const turns = (...messages: readonly JsonObject[]) => read({ messages }).turns

describe('messages', () => {
  it('are turns, and results that follow each other are one', () => {
    const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })
    expect(
      turns(
        { role: 'developer', content: 'Be brief.', name: 'boss' },
        { role: 'user', content: [{ type: 'text', text: 'Look.', cache_control: { type: 'ephemeral' } }] },
        { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
        { role: 'tool', tool_call_id: 'a', content: '1' },
        { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: '2' }] },
      ),
    ).toEqual([
      { role: 'developer', parts: [{ type: 'text', text: 'Be brief.' }], name: 'boss' },
      { role: 'user', parts: [{ type: 'text', text: 'Look.', cache: {} }] },
      {
        role: 'assistant',
        parts: [
          { type: 'tool_call', id: 'a', name: 'f', arguments: '{}' },
          { type: 'tool_call', id: 'b', name: 'f', arguments: '{}' },
        ],
      },
      {
        role: 'tool',
        parts: [
          { type: 'tool_result', callId: 'a', parts: [{ type: 'text', text: '1' }] },
          { type: 'tool_result', callId: 'b', parts: [{ type: 'text', text: '2' }] },
        ],
      },
    ])
  })

  it('show pictures, sounds and files', () => {
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/PNG;base64,AAAA', detail: 'original' } },
      { type: 'image_url', image_url: 'https://a.example/x.png' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,AAAA', filename: 'a.pdf' } },
      { type: 'file', file: { file_id: 'file_1' } },
      { type: 'video_url', video_url: { url: 'https://a.example/x.mp4' } },
    ]
    expect(turns({ role: 'user', content })[0]!.parts).toEqual([
      { type: 'image', source: { from: 'data', mediaType: 'image/png', base64: 'AAAA' }, detail: 'high' },
      { type: 'image', source: { from: 'url', url: 'https://a.example/x.png' } },
      { type: 'audio', source: { from: 'data', mediaType: 'audio/mpeg', base64: 'AAAA' } },
      {
        type: 'document',
        source: { from: 'data', mediaType: 'application/pdf', base64: 'AAAA' },
        name: 'a.pdf',
      },
      { type: 'document', source: { from: 'file', id: 'file_1' } },
      { type: 'foreign', from: 'chat', name: 'video_url', value: content[5] },
    ])
  })

  it('pair a function’s result with its call, which had no id before there were tools', () => {
    const [call, result] = turns(
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: '1' },
    ).map(({ parts }) => parts[0])
    expect(call).toMatchObject({ type: 'tool_call', name: 'f' })
    expect(result).toMatchObject({ type: 'tool_result', name: 'f', callId: (call as { id: string }).id })
  })

  it('bring back what another dialect’s model has thought and signed', () => {
    const message = {
      role: 'assistant',
      content: 'Yes.',
      reasoning_content: 'Hm.Ah.',
      reasoning_details: [
        { type: 'reasoning.text', text: 'Hm.', signature: 'tollgate:messages:signature::EqQB', index: 0 },
        { type: 'reasoning.text', text: 'Ah.', index: 1 },
        { type: 'reasoning.encrypted', data: 'tollgate:messages:redacted::EmwK', index: 2 },
      ],
      tool_calls: [
        {
          id: 'a',
          type: 'function',
          function: { name: 'f', arguments: '{}' },
          extra_content: { google: { thought_signature: 'CqQB' } },
        },
      ],
    }
    expect(turns(message)[0]!.parts).toEqual([
      { type: 'reasoning', text: 'Hm.', seal: { from: 'messages', kind: 'signature', value: 'EqQB' } },
      { type: 'reasoning', text: 'Ah.' },
      { type: 'reasoning', text: '', seal: { from: 'messages', kind: 'redacted', value: 'EmwK' } },
      { type: 'text', text: 'Yes.' },
      {
        type: 'tool_call',
        id: 'a',
        name: 'f',
        arguments: '{}',
        seal: { from: 'generate', value: 'CqQB' },
      },
    ])
  })
})

describe('the other fields', () => {
  it('are read by what they ask for', () => {
    expect(
      read({
        max_tokens: 50,
        stop: 'END',
        n: 2,
        reasoning_effort: 'xhigh',
        verbosity: 'low',
        logprobs: true,
        top_logprobs: 3,
        user: 'u',
        safety_identifier: 's',
        metadata: { team: 'a' },
        service_tier: 'flex',
        prompt_cache_key: 'k',
        functions: [{ name: 'f' }],
        function_call: { name: 'f' },
        response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {}, strict: true } },
      }),
    ).toMatchObject({
      maxOutputTokens: 50,
      stop: ['END'],
      choices: 2,
      reasoning: { effort: 'xhigh' },
      verbosity: 'low',
      sampling: { logprobs: 3 },
      endUser: 's',
      metadata: { team: 'a' },
      serviceTier: 'flex',
      cacheKey: 'k',
      tools: [{ type: 'function', name: 'f' }],
      toolChoice: { mode: 'tool', name: 'f' },
      format: { type: 'schema', name: 'a', schema: {}, strict: true },
      foreign: [],
    })
  })

  it('are kept where no other dialect has them, and only where they ask for something', () => {
    const { foreign } = read({
      store: false,
      prediction: null,
      modalities: ['text', 'audio'],
      audio: { voice: 'ash', format: 'wav' },
      prompt_cache_retention: '24h',
    })
    expect(foreign.map(({ path }) => path)).toEqual(['audio', 'prompt_cache_retention', 'modalities'])
    expect(read({ modalities: ['text'], store: null }).foreign).toEqual([])
  })

  it.each([
    [{ messages: 'Hi.' }, 'messages'],
    [{ messages: [5] }, 'messages[0]'],
    [{ messages: [{ role: 'robot', content: 'Hi.' }] }, 'messages[0]'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ text: 'Hi.' }] }] }, 'messages[0].content[0].type'],
    [{ messages: [{ role: 'tool', content: 'Hi.' }] }, 'messages[0].tool_call_id'],
    [{ messages: [{ role: 'assistant', tool_calls: [{ id: 'a' }] }] }, 'messages[0].tool_calls[0]'],
    [{ tools: [{ type: 'function' }] }, 'tools[0]'],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [{ tool_choice: 'any' }, 'tool_choice'],
    [{ stop: [5] }, 'stop'],
    [{ temperature: '1' }, 'temperature'],
    [{ reasoning_effort: 'huge' }, 'reasoning_effort'],
    [{ metadata: { team: 5 } }, 'metadata'],
    [{ response_format: { type: 'xml' } }, 'response_format'],
  ])('are refused by name: %j', (body, param) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })
})
