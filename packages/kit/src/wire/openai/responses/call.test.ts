import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../json.ts'
import { readCall } from './call.ts'

const read = (body: JsonObject) =>
  readCall({ model: 'gpt-5.6', input: 'Hi.', ...body }, { bytes: 99, path: '/v1/responses', query: '' })

const said = (...content: readonly JsonObject[]) => ({ input: [{ role: 'user', content }] })

describe('a call of Responses', () => {
  it('is bounded by its bytes and its cap when it is all text', () => {
    expect(read({ instructions: 'Be brief.', max_output_tokens: 500, stream: true })).toEqual({
      dialect: 'openai',
      endpoint: 'responses',
      model: 'gpt-5.6',
      stream: true,
      wantsUsage: true,
      maxOutputTokens: 500,
      leastOutputTokens: 16,
      choices: 1,
      inputBytes: 99,
      unboundedInput: false,
      audioInput: false,
      imageInput: false,
      audioOutput: false,
      unpriced: [],
      structured: false,
    })
  })

  it.each([
    [said({ type: 'input_text', text: 'Hi.' })],
    [{ input: [{ type: 'message', role: 'developer', content: 'Hi.' }] }],
    [{ input: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }] }],
    [
      {
        input: [{ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'x' }] }],
      },
    ],
    [{ input: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' }] }],
    [{ input: [{ type: 'reasoning', content: [{ type: 'reasoning_text', text: 'x' }], summary: [] }] }],
    [{ input: [{ type: 'reasoning', id: 'rs_kept_W10', summary: [] }] }],
    [{ previous_response_id: null, conversation: null, prompt: null }],
  ])('is bounded by its bytes: %j', (body) => {
    expect(read(body).unboundedInput).toBe(false)
  })

  it.each([
    [said({ type: 'input_image', image_url: 'https://a.example/x.png' })],
    [said({ type: 'input_file', file_url: 'https://a.example/x.pdf' })],
    [said({ type: 'input_text', text: 'Hi.', image_url: 'https://a.example/x.png' })],
    [{ input: [{ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image' }] }] }],
    [{ input: [{ type: 'item_reference', id: 'msg_1' }] }],
    [{ input: [{ id: 'msg_1' }] }],
    [{ input: [{ id: 'msg_1', role: 'user' }] }],
    [{ input: [{ type: 'reasoning', id: 'rs_1', summary: [] }] }],
    [{ input: [{ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: '' }] }],
    [{ input: [{ type: 'compaction', encrypted_content: 'gAAA' }] }],
    [{ previous_response_id: 'resp_1' }],
    [{ conversation: 'conv_1' }],
    [{ conversation: { id: 'conv_1' } }],
    [{ prompt: { id: 'pmpt_1' } }],
  ])('reads more than it is long: %j', (body) => {
    expect(read(body).unboundedInput).toBe(true)
  })

  it.each([
    [{ background: true }, ['background']],
    [{ background: false }, []],
    [{ prompt: { id: 'pmpt_1' } }, ['prompt']],
    [{ context_management: [{ type: 'compaction' }] }, ['context_management']],
    [{ reasoning: { effort: 'high', mode: 'standard' } }, []],
    [{ reasoning: { mode: 'pro' } }, ['reasoning']],
    [{ service_tier: 'flex' }, ['service_tier']],
    [{ tools: [{ type: 'web_search' }] }, ['tools']],
    [{ tools: [{ type: 'mcp', server_url: 'https://a.example' }] }, ['tools']],
    [{ tools: [{ type: 'shell', environment: { type: 'container_auto' } }] }, ['tools']],
    [
      {
        tools: [
          { type: 'shell', environment: { type: 'local' } },
          { type: 'function', name: 'f' },
        ],
      },
      [],
    ],
    [{ tools: ['web_search'] }, ['tools']],
  ])('asks for what no price covers: %j', (body, unpriced) => {
    expect(read(body).unpriced).toEqual(unpriced)
  })

  it.each([
    [{ model: undefined }, 'model'],
    [{ input: 5 }, 'input'],
    [{ input: ['Hi.'] }, 'input'],
    [{ max_output_tokens: -1 }, 'max_output_tokens'],
    [{ stream: 'yes' }, 'stream'],
    [{ background: 'yes' }, 'background'],
  ])('is refused, naming the field: %j', (body, param) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
  })
})
