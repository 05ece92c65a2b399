import { describe, expect, it } from 'vitest'
import type { Conversation, Turn } from '../../neutral/conversation.ts'
import { writeRequest } from './request-writer.ts'
import { NO_SIGNATURE } from './thought-signatures.ts'

const bodyOf = (asked: Partial<Conversation>, model = 'gemini-3-flash') =>
  writeRequest(
    { model: 'gpt-5', turns: [], stream: false, sampling: {}, foreign: [], ...asked },
    { maxOutputTokens: 1_000, model },
  ).body
const said = (role: Turn['role'], text: string): Turn => ({ role, parts: [{ type: 'text', text }] })
const call = (id: string, name: string) => ({ type: 'tool_call' as const, id, name, arguments: '{"x":1}' })
const result = (callId: string, text: string): Turn => ({
  role: 'tool',
  parts: [{ type: 'tool_result', callId, parts: [{ type: 'text', text }] }],
})

describe('writeRequest', () => {
  it('says all instructions in one place', () => {
    expect(bodyOf({ turns: [said('system', 'A'), said('user', 'Hi'), said('developer', 'B')] })).toEqual({
      systemInstruction: { parts: [{ text: 'A' }, { text: 'B' }] },
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
    })
  })

  it('has something to answer where instructions stand alone', () => {
    expect(bodyOf({ turns: [said('system', 'Say hi.')] })).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Say hi.' }] }],
    })
  })

  it('gives all results in one content, by the names of their functions', () => {
    const turns: Turn[] = [
      said('user', 'Weather?'),
      { role: 'assistant', parts: [call('1', 'a'), call('2', 'b')] },
      result('2', 'two'),
      result('1', 'one'),
      said('user', 'Well?'),
    ]
    expect(bodyOf({ turns }).contents).toEqual([
      { role: 'user', parts: [{ text: 'Weather?' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { id: '1', name: 'a', args: { x: 1 } }, thoughtSignature: NO_SIGNATURE },
          { functionCall: { id: '2', name: 'b', args: { x: 1 } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: '2', name: 'b', response: { output: 'two' } } },
          { functionResponse: { id: '1', name: 'a', response: { output: 'one' } } },
        ],
      },
      { role: 'user', parts: [{ text: 'Well?' }] },
    ])
  })

  it.each([
    ['gemini-3-pro-preview', true],
    ['gemini-flash-latest', true],
    ['gemini-2.5-flash', false],
    ['gemma-4-31b-it', false],
  ])('signs calls that another model has made for %s: %s', (model, signs) => {
    const { contents } = bodyOf({ turns: [{ role: 'assistant', parts: [call('1', 'a')] }] }, model)
    expect(JSON.stringify(contents).includes(NO_SIGNATURE)).toBe(signs)
  })

  it('leaves the signature of a call as it is, and no thoughts but its own', () => {
    const seal = { from: 'generate' as const, value: 'c2ln' }
    const { contents } = bodyOf({
      turns: [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'Hm', seal: { from: 'messages', value: 'x' } },
            { type: 'reasoning', text: 'Unsealed' },
            { ...call('1', 'a'), seal },
          ],
        },
      ],
    })
    expect(contents).toEqual([
      {
        role: 'model',
        parts: [{ functionCall: { id: '1', name: 'a', args: { x: 1 } }, thoughtSignature: 'c2ln' }],
      },
    ])
  })

  it('keeps arguments that a model was cut in', () => {
    const cut = { ...call('1', 'a'), arguments: '{"x":' }
    const { contents } = bodyOf({ turns: [{ role: 'assistant', parts: [cut] }] }, 'gemini-2.5-pro')
    expect(contents).toEqual([
      { role: 'model', parts: [{ functionCall: { id: '1', name: 'a', args: { arguments: '{"x":' } } }] },
    ])
  })

  const picture = {
    type: 'image' as const,
    source: { from: 'data' as const, mediaType: 'image/png', base64: 'AA==' },
  }
  const inlineData = { mimeType: 'image/png', data: 'AA==' }
  it.each([
    [
      'gemini-3-pro',
      [{ functionResponse: { id: '1', name: 'a', response: { output: '' }, parts: [{ inlineData }] } }],
    ],
    [
      'gemini-2.5-pro',
      [{ functionResponse: { id: '1', name: 'a', response: { output: '' } } }, { inlineData }],
    ],
  ])('shows %s a picture that a tool returned', (model, parts) => {
    const turns: Turn[] = [
      { role: 'assistant', parts: [call('1', 'a')] },
      { role: 'tool', parts: [{ type: 'tool_result', callId: '1', parts: [picture] }] },
    ]
    expect(bodyOf({ turns }, model).contents).toContainEqual({ role: 'user', parts })
  })

  it('gives files by URL their type', () => {
    const url = (type: 'image' | 'document' | 'video', at: string) => ({
      type,
      source: { from: 'url' as const, url: at },
    })
    const parts = [
      url('image', 'https://a.example/cat.webp?x=1'),
      url('document', 'https://a.example/contract'),
      url('video', 'https://youtu.be/1'),
    ]
    expect(bodyOf({ turns: [{ role: 'user', parts }] }).contents).toEqual([
      {
        role: 'user',
        parts: [
          { fileData: { mimeType: 'image/webp', fileUri: 'https://a.example/cat.webp?x=1' } },
          { fileData: { mimeType: 'application/pdf', fileUri: 'https://a.example/contract' } },
          { fileData: { fileUri: 'https://youtu.be/1' } },
        ],
      },
    ])
  })

  it.each([
    [{ mode: 'auto' }, { mode: 'AUTO' }],
    [{ mode: 'none' }, { mode: 'NONE' }],
    [{ mode: 'required' }, { mode: 'ANY' }],
    [
      { mode: 'tool', name: 'a' },
      { mode: 'ANY', allowedFunctionNames: ['a'] },
    ],
    [
      { mode: 'allowed', names: ['a', 'b'], required: true },
      { mode: 'ANY', allowedFunctionNames: ['a', 'b'] },
    ],
    [
      { mode: 'allowed', names: ['a'], required: false },
      { mode: 'VALIDATED', allowedFunctionNames: ['a'] },
    ],
  ] as const)('says which tool is to be called: %j', (toolChoice, functionCallingConfig) => {
    const parameters = { type: 'object', properties: {} }
    const body = bodyOf({ tools: [{ type: 'function', name: 'a', parameters }], toolChoice })
    expect(body.tools).toEqual([{ functionDeclarations: [{ name: 'a', parametersJsonSchema: parameters }] }])
    expect(body.toolConfig).toEqual({ functionCallingConfig })
  })

  it('leaves a choice out where there is no function to choose', () => {
    const tools = [{ type: 'custom' as const, name: 'patch' }]
    expect(bodyOf({ tools, toolChoice: { mode: 'required' } })).toEqual({ contents: [] })
  })

  it.each([
    ['gemini-3-flash', { effort: 'none' }, { thinkingLevel: 'MINIMAL' }],
    ['gemini-3.1-pro', { effort: 'minimal' }, { thinkingLevel: 'LOW' }],
    ['gemini-3.1-pro', { effort: 'xhigh', show: 'full' }, { thinkingLevel: 'HIGH', includeThoughts: true }],
    ['gemini-2.5-flash', { effort: 'none' }, { thinkingBudget: 0 }],
    ['gemini-2.5-pro', { effort: 'none' }, { thinkingBudget: 128 }],
    [
      'gemini-2.5-flash',
      { effort: 'medium', show: 'none' },
      { thinkingBudget: 8_192, includeThoughts: false },
    ],
    ['gemini-2.5-flash', { adaptive: true }, { thinkingBudget: -1 }],
    ['gemini-3-flash', { budgetTokens: 500, effort: 'high' }, { thinkingBudget: 500 }],
    ['gemini-3-flash', { adaptive: true }, undefined],
    ['gemini-2.0-flash', { effort: 'high' }, undefined],
    ['gemma-4-31b-it', { effort: 'high' }, undefined],
  ] as const)('makes %s think: %j', (model, reasoning, thinkingConfig) => {
    const { generationConfig } = bodyOf({ reasoning }, model)
    expect(generationConfig).toEqual(thinkingConfig && { thinkingConfig })
  })

  it('asks for the shape of an answer by its JSON Schema', () => {
    const schema = { type: 'object', additionalProperties: false }
    expect(
      bodyOf({ format: { type: 'schema', name: 'answer', schema, strict: true } }).generationConfig,
    ).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    })
  })

  it('asks for tiers that Google has', () => {
    expect(bodyOf({ serviceTier: 'flex' }).serviceTier).toBe('flex')
    expect(bodyOf({ serviceTier: 'auto' })).not.toHaveProperty('serviceTier')
  })
})
