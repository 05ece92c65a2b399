import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namedIn } from './named-in.ts'

const named = (body: unknown) => namedIn(JSON.stringify(body))

describe('what a request names', () => {
  it.each<[string, object, readonly string[]]>([
    ['a response', { previous_response_id: 'resp_1' }, ['resp_1']],
    ['a conversation by its id', { conversation: 'conv_1' }, ['conv_1']],
    ['a conversation as an object', { conversation: { id: 'conv_1' } }, ['conv_1']],
    ['items', { input: [{ type: 'item_reference', id: 'msg_1' }] }, ['msg_1']],
    ['items that do not say that they are references', { input: [{ id: 'msg_1' }] }, ['msg_1']],
    ['nor what they are', { items: [{ type: null, id: 'msg_1', role: 'user' }] }, ['msg_1']],
    [
      'what is given to no tool',
      { type: 'tool_use', input: [{ content: [{ type: 'input_file', file_id: 'file-1' }] }] },
      ['file-1'],
    ],
    [
      'a file by a host that is written to its root',
      { fileUri: 'https://generativelanguage.googleapis.com./v1beta/files/abc' },
      ['files/abc'],
    ],
    [
      'what is climbed to from what is one’s own, as it is written',
      { fileUri: 'files/mine/%2e%2e/theirs' },
      ['files/mine/%2e%2e/theirs'],
    ],
    [
      'what was thought, without its seal',
      { input: [{ type: 'reasoning', id: 'rs_1', summary: [] }] },
      ['rs_1'],
    ],
    ['what the provider’s tools did', { input: [{ type: 'image_generation_call', id: 'ig_1' }] }, ['ig_1']],
    ['a file', { input: [{ content: [{ type: 'input_file', file_id: 'file-1' }] }] }, ['file-1']],
    ['stores', { tools: [{ type: 'file_search', vector_store_ids: ['vs_1', 'vs_2'] }] }, ['vs_1', 'vs_2']],
    ['a container', { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }, ['cntr_1']],
    ['files of one', { tools: [{ container: { type: 'auto', file_ids: ['file-1'] } }] }, ['file-1']],
    ['sound of before', { messages: [{ role: 'assistant', audio: { id: 'audio_1' } }] }, ['audio_1']],
    ['a batch', { input_file_id: 'file-1', endpoint: '/v1/responses' }, ['file-1']],
    ['a source of data', { source: { type: 'file_id', id: 'file-1' } }, ['file-1']],
    [
      'Anthropic’s file',
      { messages: [{ content: [{ source: { type: 'file', file_id: 'file_1' } }] }] },
      ['file_1'],
    ],
    [
      'Anthropic’s container',
      { container: { id: 'cont_1', skills: [{ type: 'custom', skill_id: 's_1' }] } },
      ['cont_1', 's_1'],
    ],
    ['Gemini’s cache', { cachedContent: 'cachedContents/abc' }, ['cachedContents/abc']],
    ['the same in its other spelling', { cached_content: 'cachedContents/abc' }, ['cachedContents/abc']],
    ['a file in a bucket', { fileData: { fileUri: 'gs://acme/files/abc' } }, ['gs://acme/files/abc']],
    [
      'the same by another protocol',
      { fileData: { fileUri: 'https://storage.googleapis.com/acme/files/abc' } },
      ['https://storage.googleapis.com/acme/files/abc'],
    ],
    [
      'one that is said in another dialect',
      { messages: [{ content: [{ type: 'image_url', image_url: { url: 'gs://acme/x.png' } }] }] },
      ['gs://acme/x.png'],
    ],
    ['and in a third', { input: [{ content: [{ image_url: 's3://acme/x.png' }] }] }, ['s3://acme/x.png']],
    [
      'Gemini’s file as a picture of another dialect',
      { image_url: 'https://generativelanguage.googleapis.com/v1beta/files/abc' },
      ['files/abc'],
    ],
    [
      'where a batch of Vertex AI’s is read and written',
      {
        inputConfig: {
          gcsSource: { uris: ['gs://in/a', 'gs://in/b'] },
          bigquerySource: { inputUri: 'bq://p.d.t' },
        },
        outputConfig: { gcsDestination: { outputUriPrefix: 'gs://out' } },
      },
      ['gs://in/a', 'gs://in/b', 'bq://p.d.t', 'gs://out'],
    ],
    [
      'what a film is made from, and where it is put',
      { instances: [{ image: { gcsUri: 'gs://in/a' } }], parameters: { storageUri: 'gs://out' } },
      ['gs://in/a', 'gs://out'],
    ],
    [
      'where a batch of Bedrock’s is read and written',
      {
        inputDataConfig: { s3InputDataConfig: { s3Uri: 's3://in/a' } },
        outputDataConfig: { s3Uri: 's3://out' },
      },
      ['s3://in/a', 's3://out'],
    ],
    ['Gemini’s file by its name', { fileData: { fileUri: 'files/abc' } }, ['files/abc']],
    [
      'and by its address',
      { file_data: { file_uri: 'https://generativelanguage.googleapis.com/v1beta/files/abc' } },
      ['files/abc'],
    ],
    [
      'however that is written',
      { fileUri: 'HTTPS://GenerativeLanguage.GoogleApis.com/v1beta/%66iles%2Fabc?alt=media' },
      ['files/abc'],
    ],
  ])('%s', (_, body, expected) => {
    expect(named(body)).toEqual(expected)
  })

  it.each<[string, object]>([
    [
      'whole messages without a type',
      { input: [{ role: 'assistant', content: [{ type: 'output_text', text: 'x' }], id: 'msg_1' }] },
    ],
    ['words', { input: 'go on with resp_1, "previous_response_id": "resp_1"' }],
    ['labels', { metadata: { file_id: 'mine', conversation: 'mine' } }],
    ['schemas', { tools: [{ parameters: { properties: { file_id: { default: 'file-1' } } } }] }],
    [
      'what a tool is given',
      { messages: [{ content: [{ type: 'tool_use', id: 'toolu_1', input: { file_id: 'a' } }] }] },
    ],
    ['the same, whatever stands first', { content: [{ input: { file_id: 'a' }, type: 'tool_use' }] }],
    [
      'what a function is given and gives',
      {
        parts: [
          { functionCall: { args: { fileId: 'a' } } },
          { functionResponse: { response: { fileId: 'a' } } },
        ],
      },
    ],
    [
      'whole items with ids',
      {
        input: [
          { type: 'message', id: 'msg_1', content: 'x' },
          { type: 'function_call', id: 'fc_1' },
        ],
      },
    ],
    [
      'things of the same names that a tool is given',
      { messages: [{ content: [{ toolUse: { input: { id: 'a', items: [{ id: 'b' }] } } }] }] },
    ],
    ['what was thought, sealed', { input: [{ type: 'reasoning', id: 'rs_1', encrypted_content: 'x' }] }],
    ['what only keeps others', { input: [{ type: 'reasoning', id: 'rs_kept_W10', summary: [] }] }],
    ['a voice', { audio: { voice: 'alloy', format: 'mp3' }, modalities: ['audio'] }],
    ['pages of others', { fileData: { fileUri: 'https://www.youtube.com/watch?v=1' } }],
    ['a skill of the vendor’s', { container: { skills: [{ type: 'anthropic', skill_id: 'pptx' }] } }],
    [
      'pages',
      { image_url: { url: 'https://example.com/x.png' }, fileData: { fileUri: 'https://example.com/y' } },
    ],
    ['what is said of a bucket', { messages: [{ content: [{ type: 'text', text: 'gs://acme/x.png' }] }] }],
    ['a bucket that a function is given', { functionCall: { args: { uri: 'gs://acme/x.png' } } }],
    ['one in a schema', { tools: [{ parameters: { properties: { uri: { default: 'gs://acme' } } } }] }],
    ['nothing', { previous_response_id: null, conversation: null }],
  ])('are not %s', (_, body) => {
    expect(named(body)).toEqual([])
  })
})

describe('two readers', () => {
  it('who disagree about a field that is given twice are both listened to', () => {
    expect(namedIn('{"previous_response_id":"mine","previous_response_id":"theirs"}')).toEqual([
      'mine',
      'theirs',
    ])
    expect(namedIn('{"a":{"conversation":{"id":"mine","id":"theirs"}}}')).toEqual(['mine', 'theirs'])
    expect(namedIn('{"input":[{"type":"message","type":"item_reference","id":"theirs"}]}')).toEqual([
      'theirs',
    ])
    expect(namedIn('{"type":"tool_use","type":"text","input":{"file_id":"theirs"}}')).toEqual(['theirs'])
    const unsealed = '{"type":"reasoning","id":"theirs","encrypted_content":"x","encrypted_content":null}'
    expect(namedIn(unsealed)).toEqual(['theirs'])
  })

  it('who fold names, or read escapes', () => {
    expect(namedIn('{"Previous_Response_ID":"a"}')).toEqual(['a'])
    expect(namedIn('{"previous_re\\u0073ponse_id" \t:\n"resp\\u005f1"}')).toEqual(['resp_1'])
    expect(namedIn('{"conver\u017fation":"a"}')).toEqual(['a'])
  })

  it('a text is never taken for what is around it', () => {
    expect(namedIn('{"x":"\\",\\"file_id\\":\\"a\\\\","y":1}')).toEqual([])
  })
})

it('refuses more than any request goes on with, and what nests too deeply', () => {
  const many = Array.from({ length: 257 }, (_, at) => `file-${at}`)
  expect(() => named({ file_ids: many })).toThrow(/more than 256/)
  expect(named({ file_ids: many.slice(1) })).toHaveLength(256)
  expect(() => namedIn('['.repeat(200) + ']'.repeat(200))).toThrow(/deeply/)
})

it('finds an id wherever it is put, among anything', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.array(fc.string(), { maxLength: 5 }),
      fc.string({ minLength: 1 }),
      (noise, path, id) => {
        const inner: unknown = { noise, previous_response_id: id, more: noise }
        const body = path.reduce<unknown>((value, key) => ({ noise, [`x${key}`]: [noise, value] }), inner)
        expect(named(body)).toContain(id)
      },
    ),
  )
})

it('reads texts of a million quotes and escapes as what they are', () => {
  const hostile = ['\\', '"', '\\"', '{"', '\u0000'].map((text) => text.repeat(200_000))
  expect(named({ hostile, previous_response_id: 'resp_1' })).toEqual(['resp_1'])
})
