import { describe, expect, it } from 'vitest'
import { editCall } from '../../edit.ts'
import { formatAt } from '../../formats.ts'
import { parseCall } from '../../receive.ts'

const MODEL = '/v1beta/models/gemini-3-flash'
const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }]

const receiveText = (text: string, url = `${MODEL}:generateContent`) =>
  parseCall(Buffer.from(text), url, formatAt(url.split('?')[0]!))!
const receive = (body: object, url?: string) => receiveText(JSON.stringify({ contents, ...body }), url)

describe('a request to generateContent', () => {
  it('says its model and its stream by its path', () => {
    expect(receive({})).toMatchObject({
      endpoint: 'generate',
      model: 'gemini-3-flash',
      stream: false,
      choices: 1,
    })
    const stream = receive({}, `${MODEL}:streamGenerateContent?alt=sse`)
    expect(stream).toMatchObject({ stream: true, wantsUsage: true })
    expect(stream.format.path(stream)).toBe('/models/gemini-3-flash:streamGenerateContent?alt=sse')
  })

  it.each(['', '?alt=json', '?alt=sse&alt=json', '?key=tg-1'])(
    'is refused as a stream that is no stream of events: %j',
    (query) => {
      expect(() => receive({}, `${MODEL}:streamGenerateContent${query}`)).toThrow('add `?alt=sse`')
    },
  )

  it('caps its output in either spelling', () => {
    expect(receive({ generationConfig: { maxOutputTokens: 9 } }).maxOutputTokens).toBe(9)
    expect(receive({ generation_config: { max_output_tokens: 7 } }).maxOutputTokens).toBe(7)
    expect(receive({}).maxOutputTokens).toBeUndefined()
  })

  it('is refused where two readers could disagree about the cap', () => {
    expect(() => receive({ generationConfig: { maxOutputTokens: 1 }, generation_config: {} })).toThrow(
      'given twice',
    )
    expect(() => receive({ generationConfig: { maxOutputTokens: 1, max_output_tokens: 9 } })).toThrow(
      'given twice',
    )
    expect(() => receive({ generationConfig: { maxOutputTokens: '9' } })).toThrow('is an integer')
    expect(() => receive({ generationconfig: { maxOutputTokens: 1 } })).toThrow('write `generationConfig`')
    const text = JSON.stringify({ contents, generationConfig: { maxOutputTokens: 1 } })
    expect(() =>
      receiveText(text.replace('"maxOutputTokens":1', '"maxOutputTokens":1,"maxOutputTokens":9')),
    ).toThrow('`generationConfig.maxOutputTokens` is given twice')
    expect(() => receiveText(text.replace('{"contents"', '{"generationConfig":{},"contents"'))).toThrow(
      '`generationConfig` is given twice',
    )
  })

  it('counts its candidates', () => {
    expect(receive({ generationConfig: { candidateCount: 3 } }).choices).toBe(3)
    expect(() => receive({ generationConfig: { candidateCount: 100 } })).toThrow('from 1 to 8')
  })

  it('reads one content and one part without a list, as Google does', () => {
    const call = receive({
      contents: { parts: { fileData: { mimeType: 'application/pdf', fileUri: 'gs://a/b' } } },
    })
    expect(call).toMatchObject({ unboundedInput: true, audioInput: false })
  })

  it.each([
    [
      'text, calls and results',
      { functionCall: { name: 'f', args: {} }, thoughtSignature: 'c2ln' },
      false,
      false,
    ],
    ['a plain result', { functionResponse: { name: 'f', response: {} } }, false, false],
    [
      'a result with a picture',
      { functionResponse: { name: 'f', parts: [{ inlineData: { mimeType: 'image/png' } }] } },
      true,
      false,
    ],
    ['a picture', { inlineData: { mimeType: 'image/png', data: '' } }, true, false],
    ['sound', { inline_data: { mime_type: 'audio/wav', data: '' } }, true, true],
    ['a film, which has sound', { fileData: { fileUri: 'https://youtu.be/x' } }, true, true],
    ['what is not known', { hologram: {} }, true, false],
  ])('knows what of its input no count of bytes bounds: %s', (_, part, unboundedInput, audioInput) => {
    expect(receive({ contents: [{ role: 'user', parts: [part] }] })).toMatchObject({
      unboundedInput,
      audioInput,
    })
  })

  it('knows that a cached content is input that it does not show', () => {
    expect(receive({ cached_content: 'cachedContents/1' })).toMatchObject({
      unboundedInput: true,
      audioInput: true,
    })
  })

  it.each([
    [{ tools: [{ functionDeclarations: [{ name: 'f' }] }] }, []],
    [
      { tools: [{ googleSearch: {} }, { code_execution: {} }] },
      ['tools.googleSearch', 'tools.code_execution'],
    ],
    [{ tools: { url_context: {} } }, ['tools.url_context']],
    [{ serviceTier: 'priority' }, ['serviceTier']],
    [{ service_tier: 'standard' }, []],
    [
      { generationConfig: { responseModalities: ['Text', 'Image'] } },
      ['generationConfig.responseModalities'],
    ],
    [
      { contents: [{ parts: [{ fileData: { fileUri: 'gs://a' }, mediaProcessing: 'agentic' }] }] },
      ['mediaProcessing'],
    ],
  ])('names what has a price of its own: %j', (body, unpriced) => {
    expect(receive(body).unpriced).toEqual(unpriced)
  })

  it('knows that sound which is made has a price of its own', () => {
    expect(receive({ generationConfig: { responseModalities: ['audio'] } })).toMatchObject({
      audioOutput: true,
      unpriced: [],
    })
  })

  it('knows whether its answer has a shape', () => {
    expect(receive({}).structured).toBe(false)
    expect(receive({ tools: [{ functionDeclarations: [] }] }).structured).toBe(true)
    expect(receive({ generationConfig: { responseJsonSchema: {} } }).structured).toBe(true)
  })
})

describe('an edited request', () => {
  const edited = (text: string, changes: object) => editCall(receiveText(text), changes)?.bytes.toString()

  it('gets its cap where its other settings are, and keeps every other byte', () => {
    const text = '{ "contents": {"parts":{"text":"1.0"}}, "generation_config": {"top_k": 1} }'
    expect(edited(text, { maxOutputTokens: 50 })).toBe(
      '{ "contents": {"parts":{"text":"1.0"}}, "generation_config": {"top_k":1,"max_output_tokens":50} }'.replace(
        'max_output_tokens',
        'maxOutputTokens',
      ),
    )
  })

  it('keeps the spelling of the cap that is there', () => {
    const text = JSON.stringify({ contents, generation_config: { max_output_tokens: 900 } })
    expect(edited(text, { maxOutputTokens: 50 })).toBe(text.replace('900', '50'))
  })

  it('has nothing to change for another model, which the path names, unless it says one', () => {
    expect(edited(JSON.stringify({ contents }), { model: 'gemini-3-pro' })).toBeUndefined()
    const named = JSON.stringify({ model: 'models/gemini-3-flash', contents })
    expect(edited(named, { model: 'gemini-3-pro' })).toBe(named.replace('flash', 'pro'))
  })
})
