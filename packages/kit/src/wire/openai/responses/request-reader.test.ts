import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { readRequest } from './request-reader.ts'

const read = (body: JsonObject) => readRequest({ model: 'gpt-5.6', input: 'Hi.', ...body })
const turns = (...input: readonly JsonObject[]) => read({ input }).turns

describe('input', () => {
  it('is a user’s text, behind the instructions', () => {
    expect(read({ instructions: 'Be brief.' }).turns).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', parts: [{ type: 'text', text: 'Hi.' }] },
    ])
  })

  it('is items, and what an assistant thinks, says and calls is one turn', () => {
    expect(
      turns(
        { role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
        {
          type: 'reasoning',
          id: 'rs_1',
          summary: [
            { type: 'summary_text', text: 'Hm.' },
            { type: 'summary_text', text: 'Ah.' },
          ],
          encrypted_content: 'gAAA',
        },
        {
          type: 'message',
          role: 'assistant',
          id: 'msg_1',
          content: [{ type: 'output_text', text: 'Let me look.' }],
        },
        { type: 'web_search_call', id: 'ws_1', status: 'completed' },
        { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'f', arguments: '{}' },
        { type: 'custom_tool_call', id: 'ctc_1', call_id: 'b', name: 'g', input: 'x' },
        { type: 'function_call_output', call_id: 'a', output: '1' },
        {
          type: 'custom_tool_call_output',
          call_id: 'b',
          output: [{ type: 'input_image', image_url: 'https://a.example/x.png', detail: 'low' }],
        },
      ),
    ).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'Weather?' }] },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Hm.\n\nAh.', seal: { from: 'responses', value: 'gAAA', id: 'rs_1' } },
          { type: 'text', text: 'Let me look.' },
          {
            type: 'foreign',
            from: 'responses',
            name: 'web_search_call',
            value: { type: 'web_search_call', id: 'ws_1', status: 'completed' },
          },
          { type: 'tool_call', id: 'a', name: 'f', arguments: '{}' },
          { type: 'tool_call', id: 'b', name: 'g', arguments: 'x', custom: true },
        ],
      },
      {
        role: 'tool',
        parts: [
          { type: 'tool_result', callId: 'a', parts: [{ type: 'text', text: '1' }] },
          {
            type: 'tool_result',
            callId: 'b',
            parts: [
              { type: 'image', source: { from: 'url', url: 'https://a.example/x.png' }, detail: 'low' },
            ],
            custom: true,
          },
        ],
      },
    ])
  })

  it('brings back what another dialect’s model has signed: a thought, and a call', () => {
    const parts = turns(
      {
        type: 'reasoning',
        id: 'rs_x_0',
        summary: [{ type: 'summary_text', text: 'Hm.' }],
        encrypted_content: 'tollgate:messages:signature::EqQB',
      },
      { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
      { type: 'reasoning', id: 'rs_of_a', summary: [], encrypted_content: 'tollgate:generate:-::CqQB' },
    )[0]!.parts
    expect(parts).toEqual([
      { type: 'reasoning', text: 'Hm.', seal: { from: 'messages', kind: 'signature', value: 'EqQB' } },
      {
        type: 'tool_call',
        id: 'a',
        name: 'f',
        arguments: '{}',
        seal: { from: 'generate', value: 'CqQB' },
      },
    ])
  })

  it('tells thoughts in full, which have no other seal, from summaries without one', () => {
    const content = [{ type: 'reasoning_text', text: 'Hm.' }]
    const summary = [{ type: 'summary_text', text: 'Ah.' }]
    expect(
      turns(
        { type: 'reasoning', id: 'rs_1', summary: [], content },
        { type: 'reasoning', id: 'rs_2', summary },
      )[0]!.parts,
    ).toEqual([
      { type: 'reasoning', text: 'Hm.', seal: { from: 'responses', kind: 'content', value: '', id: 'rs_1' } },
      { type: 'reasoning', text: 'Ah.' },
    ])
  })

  it('goes without a thought that OpenAI keeps, and not without what was said', () => {
    expect(turns({ type: 'item_reference', id: 'rs_1' })[0]!.parts).toMatchObject([
      { type: 'foreign', name: 'item_reference' },
    ])
    for (const item of [
      { type: 'item_reference', id: 'msg_1' },
      { id: 'msg_1' },
      { type: 'compaction', encrypted_content: 'gAAA' },
    ])
      expect(() => turns(item)).toThrow(
        expect.objectContaining({ code: 'invalid_request', param: 'input[0]' }),
      )
  })
})

describe('the other fields', () => {
  it('are read by what they ask for', () => {
    expect(
      read({
        max_output_tokens: 50,
        reasoning: { effort: 'minimal', summary: 'detailed' },
        text: { verbosity: 'high', format: { type: 'json_schema', name: 'a', schema: {} } },
        top_logprobs: 0,
        include: ['reasoning.encrypted_content'],
        stream: true,
        stream_options: { include_obfuscation: false },
        store: false,
        truncation: 'disabled',
        tools: [{ type: 'function', name: 'f', parameters: null, strict: true }, { type: 'web_search' }],
        tool_choice: { type: 'function', name: 'f' },
      }),
    ).toMatchObject({
      stream: true,
      maxOutputTokens: 50,
      reasoning: { effort: 'minimal', show: 'full' },
      verbosity: 'high',
      format: { type: 'schema', name: 'a', schema: {} },
      sampling: {},
      tools: [
        { type: 'function', name: 'f', strict: true },
        { type: 'foreign', name: 'web_search' },
      ],
      toolChoice: { mode: 'tool', name: 'f' },
      foreign: [],
    })
  })

  it('are kept where no other dialect has them', () => {
    const { foreign, toolChoice } = read({
      store: true,
      max_tool_calls: 5,
      truncation: 'auto',
      tool_choice: { type: 'web_search' },
    })
    expect(foreign.map(({ path }) => path)).toEqual(['store', 'max_tool_calls', 'tool_choice', 'truncation'])
    expect(toolChoice).toBeUndefined()
  })

  it.each([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
    [{ background: true }, 'background'],
    [{ input: undefined }, 'input'],
    [{ input: [{ role: 'tool', content: 'Hi.' }] }, 'input[0]'],
    [{ input: [{ type: 'function_call_output', output: 'x' }] }, 'input[0].call_id'],
    [{ text: { verbosity: 'huge' } }, 'text.verbosity'],
    [{ reasoning: { effort: 'huge' } }, 'reasoning.effort'],
  ])('are refused by name, where they cannot be served elsewhere or are wrong: %j', (body, param) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })
})
