import { describe, expect, it } from 'vitest'
import { responses } from './responses.ts'

const RESPONSE = {
  id: 'resp_1',
  object: 'response',
  status: 'in_progress',
  model: 'gpt-5.6-2026-06-01',
  incomplete_details: null,
  output: [],
  // A request's tools are repeated, and may look like anything.
  tools: [
    { type: 'function', name: 'f', parameters: { type: 'response.completed', usage: { input_tokens: 1 } } },
  ],
  usage: null,
}
const USAGE = {
  input_tokens: 1_000,
  input_tokens_details: { cached_tokens: 600, cache_write_tokens: 300 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 40 },
  total_tokens: 1_050,
}
const COMPLETE = {
  ...RESPONSE,
  status: 'completed',
  service_tier: 'priority',
  output: [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    { type: 'message', content: [{ type: 'output_text', text: 'Hi “there”' }] },
    { type: 'function_call', name: 'f', arguments: '{"a":1}' },
  ],
  tool_usage: { web_search: { num_requests: 2 } },
  usage: USAGE,
}
const READ = {
  input: 100,
  cachedInput: 600,
  cacheWrite: 300,
  output: 50,
  reasoning: 40,
  serviceTier: 'priority',
  webSearches: 2,
}

const event = (type: string, said: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: 0, ...said })}\n\n`
const delta = (text: string) =>
  event('response.output_text.delta', { output_index: 1, content_index: 0, delta: text, obfuscation: 'x9' })
const BEGUN = event('response.created', { response: RESPONSE }) + delta('Hi ') + delta('“there”')
const ENDED = event('response.completed', { response: COMPLETE })

describe('a response as it passes', () => {
  it('says what it used, by kind, with its tier and its searches', () => {
    const reader = responses.answerReader()
    reader.push(Buffer.from(JSON.stringify(COMPLETE)))
    expect(reader.end()).toEqual({ usage: READ, model: 'gpt-5.6-2026-06-01' })
    expect(reader.texts()).toEqual(['Hm.', 'Hi “there”', 'f', '{"a":1}'])
  })

  it('that is queued in the background has used nothing yet', () => {
    const reader = responses.answerReader()
    reader.push(Buffer.from(JSON.stringify({ ...RESPONSE, status: 'queued', background: true })))
    expect(reader.end().usage).toBeUndefined()
  })
})

describe('a stream of events as it passes', () => {
  it('is read the same wherever it is cut', () => {
    const stream = Buffer.from(BEGUN + ENDED)
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const reader = responses.streamReader({ hideUsage: true })
      const passed = [reader.push(stream.subarray(0, cut)), reader.push(stream.subarray(cut)), reader.end()]
      expect(Buffer.concat(passed.filter((bytes) => bytes !== undefined)).equals(stream)).toBe(true)
      expect(reader).toMatchObject({ usage: READ, done: true, overtaken: false, model: 'gpt-5.6-2026-06-01' })
    }
  })

  it('is not over, and has used nothing, because a tool’s schema says so', () => {
    const reader = responses.streamReader({ hideUsage: false })
    reader.push(Buffer.from(BEGUN))
    reader.end()
    expect(reader).toMatchObject({ usage: undefined, done: false })
    expect(reader.takeGenerated()).toEqual({ texts: ['Hi “there”'], pieces: 2 })
  })

  it.each(['response.incomplete', 'response.failed'])('is over with %s', (type) => {
    const reader = responses.streamReader({ hideUsage: false })
    reader.push(Buffer.from(BEGUN + event(type, { response: { ...RESPONSE, error: null } })))
    expect(reader.done).toBe(true)
  })
})
