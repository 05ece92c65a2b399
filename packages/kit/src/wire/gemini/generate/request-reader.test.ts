import { describe, expect, it } from 'vitest'
import { targetOf } from '../../target.ts'
import { readRequest } from './request-reader.ts'
import { NO_SIGNATURE } from './thought-signatures.ts'

const read = (body: object) =>
  readRequest(body as never, targetOf('/v1beta/models/gemini-3-flash:generateContent', 0))
const turnsOf = (...contents: object[]) => read({ contents }).turns
const user = (...parts: object[]) => ({ role: 'user', parts })
const model = (...parts: object[]) => ({ role: 'model', parts })

describe('readRequest', () => {
  it('reads every setting, in either spelling', () => {
    const { foreign, turns, ...asked } = read({
      system_instruction: { parts: { text: 'Be brief.' } },
      contents: { parts: { text: 'Hello' } },
      generation_config: {
        temperature: 0.5,
        top_p: 0.9,
        topK: 40,
        max_output_tokens: 100,
        stopSequences: ['END'],
        candidate_count: 2,
        seed: 7,
        presencePenalty: 1,
        frequency_penalty: -1,
        thinking_config: { include_thoughts: true, thinking_level: 'low' },
      },
      serviceTier: 'flex',
      labels: { team: 'a' },
    })
    expect(asked).toEqual({
      model: 'gemini-3-flash',
      stream: false,
      serviceTier: 'flex',
      metadata: { team: 'a' },
      sampling: { temperature: 0.5, topP: 0.9, topK: 40, seed: 7, presencePenalty: 1, frequencyPenalty: -1 },
      maxOutputTokens: 100,
      stop: ['END'],
      choices: 2,
      reasoning: { effort: 'low', show: 'summary' },
    })
    expect(turns).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
    ])
    expect(foreign).toEqual([])
  })

  it.each([
    [{ thinkingBudget: 0 }, { budgetTokens: 0 }],
    [{ thinkingBudget: -1 }, { adaptive: true }],
    [
      { thinkingBudget: 2_048, includeThoughts: false },
      { budgetTokens: 2_048, show: 'none' },
    ],
    [{ thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED' }, undefined],
  ])('reads how much is to be thought: %j', (thinkingConfig, reasoning) => {
    expect(read({ contents: [], generationConfig: { thinkingConfig } }).reasoning).toEqual(reasoning)
  })

  it('keeps what it does not know, by its name', () => {
    const { foreign } = read({
      contents: [
        user({ fileData: { fileUri: 'gs://a/b.mp4', mimeType: 'video/mp4' }, videoMetadata: { fps: 2 } }),
      ],
      safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT' }],
      toolConfig: { retrievalConfig: { languageCode: 'de' }, functionCallingConfig: { mode: 'AUTO' } },
      generationConfig: {
        response_modalities: ['TEXT'],
        responseMimeType: 'text/x.enum',
        responseSchema: {},
      },
    })
    expect(foreign.map(({ from, path }) => `${from}: ${path}`)).toEqual([
      'generate: generationConfig.responseModalities',
      'generate: generationConfig.responseMimeType',
      'generate: safetySettings',
      'generate: toolConfig.retrievalConfig',
      'generate: contents[0].parts[0].videoMetadata',
    ])
  })

  it('reads functions by either kind of schema, and names the tools that Google runs', () => {
    const { tools, toolChoice } = read({
      contents: [],
      tools: [
        {
          functionDeclarations: [
            {
              name: 'a',
              description: 'A',
              parameters: { type: 'OBJECT', properties: { b: { type: 'STRING' } } },
            },
            { name: 'c', parametersJsonSchema: { type: 'object', $defs: {} } },
            { name: 'd' },
          ],
          googleSearch: {},
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'any', allowedFunctionNames: ['a'] } },
    })
    expect(tools).toEqual([
      {
        type: 'function',
        name: 'a',
        description: 'A',
        parameters: { type: 'object', properties: { b: { type: 'string' } } },
      },
      { type: 'function', name: 'c', parameters: { type: 'object', $defs: {} } },
      { type: 'function', name: 'd' },
      { type: 'foreign', from: 'generate', name: 'googleSearch', value: { googleSearch: {} } },
    ])
    expect(toolChoice).toEqual({ mode: 'tool', name: 'a' })
  })

  it.each([
    [{ responseMimeType: 'application/json' }, { type: 'json' }],
    [{ responseMimeType: 'text/plain' }, { type: 'text' }],
    [
      {
        responseMimeType: 'application/json',
        responseSchema: { type: 'ARRAY', items: { type: 'INTEGER', nullable: true } },
      },
      { type: 'schema', schema: { type: 'array', items: { type: ['integer', 'null'] } } },
    ],
    [{ responseJsonSchema: { type: 'object' } }, { type: 'schema', schema: { type: 'object' } }],
  ])('reads the shape of the answer: %j', (generationConfig, format) => {
    expect(read({ contents: [], generationConfig }).format).toEqual(format)
  })

  it('gives calls without ids such by which their results find them', () => {
    const turns = turnsOf(
      model(
        { functionCall: { name: 'a', args: { x: 1 } } },
        { functionCall: { name: 'b' } },
        { functionCall: { name: 'a' } },
      ),
      user(
        { functionResponse: { name: 'a', response: { output: 'first' } } },
        { functionResponse: { name: 'a', response: { error: 'second' } } },
        { functionResponse: { name: 'b', response: { degrees: 20 } } },
        { text: 'Well?' },
      ),
    )
    expect(turns).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'tool_call', id: 'call_1', name: 'a', arguments: '{"x":1}' },
          { type: 'tool_call', id: 'call_2', name: 'b', arguments: '{}' },
          { type: 'tool_call', id: 'call_3', name: 'a', arguments: '{}' },
        ],
      },
      {
        role: 'tool',
        parts: [
          { type: 'tool_result', callId: 'call_1', name: 'a', parts: [{ type: 'text', text: 'first' }] },
          {
            type: 'tool_result',
            callId: 'call_3',
            name: 'a',
            parts: [{ type: 'text', text: 'second' }],
            isError: true,
          },
          {
            type: 'tool_result',
            callId: 'call_2',
            name: 'b',
            parts: [{ type: 'text', text: '{"degrees":20}' }],
          },
        ],
      },
      { role: 'user', parts: [{ type: 'text', text: 'Well?' }] },
    ])
  })

  it('keeps ids, and reads a result as the AI SDK says it', () => {
    const turns = turnsOf(
      model({ functionCall: { id: 'x1', name: 'a', args: {} } }),
      user({ functionResponse: { id: 'x1', name: 'a', response: { name: 'a', content: 'done' } } }),
    )
    expect(turns[1]?.parts).toEqual([
      { type: 'tool_result', callId: 'x1', name: 'a', parts: [{ type: 'text', text: 'done' }] },
    ])
  })

  it('reads a seal wherever it stands, and none of its placeholder', () => {
    const [turn] = turnsOf(
      model(
        { text: 'Hm.', thought: true, thoughtSignature: 'dA==' },
        { text: 'Yes.', thoughtSignature: 'cA==' },
        { functionCall: { id: '1', name: 'a' }, thought_signature: 'Yw==' },
        { functionCall: { id: '2', name: 'a' }, thoughtSignature: NO_SIGNATURE },
      ),
    )
    expect(turn?.parts).toEqual([
      { type: 'reasoning', text: 'Hm.', seal: { from: 'generate', value: 'dA==' } },
      { type: 'text', text: 'Yes.' },
      { type: 'reasoning', text: '', seal: { from: 'generate', value: 'cA==', kind: 'part' } },
      { type: 'tool_call', id: '1', name: 'a', arguments: '{}', seal: { from: 'generate', value: 'Yw==' } },
      { type: 'tool_call', id: '2', name: 'a', arguments: '{}' },
    ])
  })

  it('puts the chunks of a stream back together, and a seal of another dialect with the whole thought', () => {
    const wrapped = Buffer.from('tollgate:messages:-::c2lnbmVk').toString('base64url')
    const turns = turnsOf(
      user({ text: 'Hi' }),
      model({ text: 'Let me', thought: true }),
      model({ text: ' think.', thought: true }),
      model({ text: '', thought: true, thoughtSignature: wrapped }),
      model({ text: 'Hel' }),
      model({ text: 'lo.' }),
      model({ text: '' }),
    )
    expect(turns.slice(1)).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'Let me think.', seal: { from: 'messages', value: 'c2lnbmVk' } },
          { type: 'text', text: 'Hello.' },
        ],
      },
    ])
  })

  it('reads bytes and files by what they are', () => {
    const [turn] = turnsOf(
      user(
        {
          inlineData: { mimeType: 'image/png', data: 'AA==' },
          mediaResolution: { level: 'MEDIA_RESOLUTION_HIGH' },
        },
        { inline_data: { mime_type: 'application/pdf', data: 'AA==', displayName: 'a.pdf' } },
        { fileData: { fileUri: 'https://www.youtube.com/watch?v=1' } },
        {
          fileData: {
            mimeType: 'audio/mp3',
            fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/1',
          },
        },
      ),
    )
    expect(turn?.parts).toEqual([
      { type: 'image', source: { from: 'data', mediaType: 'image/png', base64: 'AA==' }, detail: 'high' },
      {
        type: 'document',
        source: { from: 'data', mediaType: 'application/pdf', base64: 'AA==' },
        name: 'a.pdf',
      },
      { type: 'video', source: { from: 'url', url: 'https://www.youtube.com/watch?v=1' } },
      {
        type: 'audio',
        source: {
          from: 'file',
          id: 'https://generativelanguage.googleapis.com/v1beta/files/1',
          mediaType: 'audio/mp3',
        },
      },
    ])
  })

  it('keeps parts that only Gemini has', () => {
    const part = { executableCode: { code: 'print(1)', language: 'PYTHON' }, thoughtSignature: 'dA==' }
    const [turn] = turnsOf(model(part))
    expect(turn?.parts).toEqual([{ type: 'foreign', from: 'generate', name: 'executableCode', value: part }])
  })

  it('refuses whom it does not know', () => {
    expect(() => turnsOf({ role: 'assistant', parts: [{ text: 'x' }] })).toThrow(
      '`contents[0].role` is user or model.',
    )
  })
})
