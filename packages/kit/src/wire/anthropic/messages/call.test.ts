import { describe, expect, it } from 'vitest'
import { TollgateError } from '../../../core/errors.ts'
import type { JsonObject } from '../../json.ts'
import { readCall } from './call.ts'

const HELLO = { model: 'claude-opus-5-5', max_tokens: 1_024, messages: [{ role: 'user', content: 'Hi' }] }

const read = (more: JsonObject = {}) =>
  readCall({ ...HELLO, ...more }, { bytes: 500, path: '/v1/messages', query: '' })
const asking = (...content: JsonObject[]) => read({ messages: [{ role: 'user', content }] })

function refusal(body: JsonObject): string | undefined {
  try {
    read(body)
    return undefined
  } catch (error) {
    if (TollgateError.is(error)) return error.param
    throw error
  }
}

describe('what a message may cost', () => {
  it('is read from its cap and its bytes', () => {
    expect(read({ stream: true })).toEqual({
      dialect: 'anthropic',
      endpoint: 'messages',
      model: 'claude-opus-5-5',
      stream: true,
      wantsUsage: true,
      maxOutputTokens: 1_024,
      choices: 1,
      inputBytes: 500,
      unboundedInput: false,
      audioInput: false,
      imageInput: false,
      audioOutput: false,
      unpriced: [],
      structured: false,
    })
  })

  it.each([
    [{ type: 'enabled', budget_tokens: 2_000 }, 2_001],
    [{ type: 'enabled', budget_tokens: 'all' }, undefined],
    [{ type: 'enabled', budget_tokens: 1e300 }, undefined],
    [{ type: 'adaptive' }, undefined],
    [{ type: 'disabled' }, undefined],
    [null, undefined],
    [undefined, undefined],
  ])('knows the least cap that leaves room for thinking: %j', (thinking, least) => {
    expect(read({ thinking }).leastOutputTokens).toBe(least)
  })

  it('may be no output at all, which fills the cache', () => {
    expect(read({ max_tokens: 0 }).maxOutputTokens).toBe(0)
  })

  it.each([
    [{ max_tokens: undefined }, 'max_tokens'],
    [{ max_tokens: null }, 'max_tokens'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ max_tokens: '10' }, 'max_tokens'],
    [{ max_tokens: 1e15 }, 'max_tokens'],
    [{ messages: [] }, 'messages'],
    [{ messages: ['Hi'] }, 'messages'],
    [{ model: undefined }, 'model'],
    [{ model: 'claude opus' }, 'model'],
    [{ stream: 'yes' }, 'stream'],
  ])('%j is refused, naming the field', (body, param) => {
    expect(refusal(body)).toBe(param)
  })

  it('grows by what Anthropic writes around tools, and by the tools it defines', () => {
    const own = { name: 'f', input_schema: { type: 'object' } }
    expect(read({ tools: [own] })).toMatchObject({ inputBytes: 500 + 1_024, structured: true, unpriced: [] })
    const bash = { type: 'bash_20250124', name: 'bash' }
    expect(read({ tools: [own, bash] })).toMatchObject({
      inputBytes: 500 + 1_024 + 2_048,
      unboundedInput: false,
      unpriced: [],
    })
  })

  it('is structured where a schema must be matched, in the old field too', () => {
    const format = { type: 'json_schema', schema: {} }
    expect(read({ output_config: { format } }).structured).toBe(true)
    expect(read({ output_format: format }).structured).toBe(true)
    expect(read({ output_config: { effort: 'low' } }).structured).toBe(false)
  })
})

/** What a request's own bytes do not bound. */
describe('hidden input', () => {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBO' } }
  const text = { type: 'text', text: 'Hi' }

  it.each([
    ['an image', image],
    ['an image by its file', { type: 'image', source: { type: 'file', file_id: 'file_1' } }],
    ['a PDF', { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } }],
    ['a document by URL', { type: 'document', source: { type: 'url', url: 'https://x/y.pdf' } }],
    ['an image in a document', { type: 'document', source: { type: 'content', content: [image] } }],
    [
      'a text to cite from',
      { type: 'document', source: { type: 'text', data: 'a' }, citations: { enabled: true } },
    ],
    [
      'a search result to cite from',
      { type: 'search_result', content: [text], citations: { enabled: true } },
    ],
    ['an image in a result', { type: 'tool_result', tool_use_id: 't', content: [text, image] }],
    ['pages that a search has found', { type: 'web_search_tool_result', tool_use_id: 't', content: [] }],
    ['an upload', { type: 'container_upload', file_id: 'file_1' }],
    ['what nobody knows yet', { type: 'hologram', text: 'Hi' }],
    ['a source beside a text', { ...text, source: image.source }],
  ])('is %s', (_, block) => {
    expect(asking(text, block).unboundedInput).toBe(true)
  })

  it.each([
    ['text', text],
    ['a plain document', { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a' } }],
    ['a document in blocks of text', { type: 'document', source: { type: 'content', content: [text] } }],
    ['a tool’s result in text', { type: 'tool_result', tool_use_id: 't', content: [text] }],
    [
      'a search result of one’s own',
      { type: 'search_result', source: 'https://x', title: 'x', content: [text] },
    ],
    ['thoughts', { type: 'thinking', thinking: 'Hm', signature: 'Eq' }],
    ['withheld thoughts', { type: 'redacted_thinking', data: 'Eq' }],
  ])('is not %s', (_, block) => {
    expect(asking(text, block).unboundedInput).toBe(false)
  })

  it('is looked for in the system prompt too', () => {
    expect(read({ system: [text] }).unboundedInput).toBe(false)
    expect(read({ system: [image] }).unboundedInput).toBe(true)
  })

  it('is what a thread has stored, what servers and containers add, and what is searched for', () => {
    expect(read({ thread: { type: 'continue', previous_message_id: 'msg_1' } }).unboundedInput).toBe(true)
    expect(read({ mcp_servers: [{ type: 'url', url: 'https://x' }] }).unboundedInput).toBe(true)
    expect(read({ container: 'container_1' }).unboundedInput).toBe(true)
    expect(read({ tools: [{ type: 'web_fetch_20260318', name: 'web_fetch' }] }).unboundedInput).toBe(true)
    expect(read({ tools: [{ type: 'browser_toolset_20260801' }] })).toMatchObject({
      unboundedInput: true,
      unpriced: [],
    })
  })
})

describe('what no price covers', () => {
  it.each([
    [{ tools: [{ type: 'web_search_20260318', name: 'web_search' }] }, ['tools']],
    [{ tools: [{ type: 'code_execution_20260521', name: 'code_execution' }] }, ['tools']],
    [{ tools: [{ type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-5-5' }] }, ['tools']],
    [{ mcp_servers: [{ type: 'url', url: 'https://x' }] }, ['mcp_servers']],
    [{ container: { skills: [] } }, ['container']],
    [{ speed: 'fast' }, ['speed']],
    [{ inference_geo: 'us' }, ['inference_geo']],
    [{ service_tier: 'flex' }, ['service_tier']],
    [{ fallbacks: 'default' }, ['fallbacks']],
    [{ fallbacks: [{ model: 'claude-opus-5-5' }] }, ['fallbacks']],
    [{ compaction: { type: 'summarize' } }, ['compaction']],
    [{ context_management: { edits: [{ type: 'compact_20260112' }] } }, ['context_management']],
    [{ context_management: 'all' }, ['context_management']],
  ])('%j', (body, unpriced) => {
    expect(read(body).unpriced).toEqual(unpriced)
  })

  /** Claude Code sends most of these with every request. */
  it('and what costs nothing of its own', () => {
    const call = read({
      metadata: { user_id: 'u' },
      service_tier: 'auto',
      speed: 'standard',
      inference_geo: 'global',
      mcp_servers: [],
      container: null,
      fallbacks: null,
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'high' },
      diagnostics: { previous_message_id: null },
    })
    expect(call).toMatchObject({ unpriced: [], unboundedInput: false, inputBytes: 500 })
  })
})
