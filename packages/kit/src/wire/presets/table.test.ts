import { describe, expect, it } from 'vitest'
import type { Conversation } from '../neutral/conversation.ts'
import { chat } from '../openai/chat/chat.ts'
import { readChunkUsage, readUsageOf } from '../openai/completion-rules.ts'
import { spokenBy } from '../spoken-by.ts'
import type { Preset } from './preset.ts'
import { PRESETS, presetNamed } from './table.ts'

const quirksOf = (name: string) => presetNamed(name)?.quirks?.usage ?? {}

/** What each of them says of an answer, in its own words, and what that comes to. */
describe('the usage of', () => {
  it('xAI: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/grok/capabilities/reasoning', () => {
    const said = {
      completion_tokens: 50,
      completion_tokens_details: { accepted_prediction_tokens: 0, audio_tokens: 0, reasoning_tokens: 124 },
      cost_in_usd_ticks: 0,
      num_sources_used: 0,
      prompt_tokens: 663,
      prompt_tokens_details: { audio_tokens: 0, cached_tokens: 654, image_tokens: 0, text_tokens: 663 },
      total_tokens: 837,
    }
    const usage = { input: 9, cachedInput: 654, output: 174, reasoning: 124 }
    expect(readUsageOf(said, quirksOf('xai'))).toEqual(usage)
    const { total_tokens: _, ...untold } = said
    expect(readUsageOf(untold, quirksOf('xai'))).toEqual(usage)
  })

  it('DeepSeek: https://api-docs.deepseek.com/api/create-chat-completion', () => {
    const said = {
      prompt_tokens: 100,
      completion_tokens: 11,
      total_tokens: 111,
      prompt_cache_hit_tokens: 64,
      prompt_cache_miss_tokens: 36,
    }
    const usage = { input: 36, cachedInput: 64, output: 11 }
    expect(readUsageOf(said, quirksOf('deepseek'))).toEqual(usage)
    const both = { ...said, prompt_tokens_details: { cached_tokens: 64 } }
    expect(readUsageOf(both, quirksOf('deepseek'))).toEqual(usage)
  })

  it('Groq, in the last chunk of a stream: https://console.groq.com/docs/api-reference', () => {
    const usage = {
      queue_time: 0.04,
      prompt_tokens: 20,
      prompt_time: 0.003,
      completion_tokens: 5,
      completion_time: 0.006,
      total_tokens: 25,
      total_time: 0.009,
    }
    const chunk = { id: 'chatcmpl-1', choices: [], x_groq: { id: 'req_1', usage } }
    expect(readChunkUsage(chunk, quirksOf('groq'))).toEqual({ input: 20, output: 5 })
  })

  it('Mistral: https://github.com/mistralai/client-ts/blob/main/src/models/components/usageinfo.ts', () => {
    const said = { prompt_tokens: 12, completion_tokens: 7, total_tokens: 19, prompt_audio_seconds: null }
    expect(readUsageOf(said, quirksOf('mistral'))).toEqual({ input: 12, output: 7 })
  })
})

/** Everything that a conversation can ask for at the top of a request. */
const EVERYTHING: Conversation = {
  model: 'm',
  turns: [
    { role: 'developer', parts: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
  ],
  stream: false,
  tools: [{ type: 'function', name: 'f', parameters: { type: 'object' } }],
  toolChoice: { mode: 'required' },
  parallelToolCalls: false,
  sampling: {
    temperature: 1,
    topP: 1,
    frequencyPenalty: 1,
    presencePenalty: 1,
    seed: 7,
    logprobs: 2,
    logitBias: { 1: 1 },
  },
  stop: ['.'],
  choices: 2,
  reasoning: { effort: 'low' },
  verbosity: 'low',
  endUser: 'u-1',
  metadata: { a: 'b' },
  serviceTier: 'default',
  cacheKey: 'k',
  foreign: [],
}

/** What is refused there, or has no such name, by the page that the row cites. */
const REFUSED: Readonly<Record<string, readonly string[]>> = {
  mistral: [
    'user',
    'seed',
    'logit_bias',
    'logprobs',
    'top_logprobs',
    'service_tier',
    'verbosity',
    'stream_options',
  ],
  groq: ['logit_bias', 'logprobs', 'top_logprobs', 'n', 'service_tier', 'metadata', 'prompt_cache_key'],
  together: ['user', 'parallel_tool_calls', 'logprobs', 'service_tier', 'metadata'],
  ollama: ['tool_choice', 'logit_bias', 'user', 'n'],
  deepseek: ['seed', 'user', 'n', 'logit_bias'],
}

describe.each(PRESETS.filter(({ dialect }) => dialect === 'openai'))(
  'a translation for $name',
  (preset: Preset) => {
    const { translation } = spokenBy(preset, chat)
    const { body } = translation!.writeRequest(EVERYTHING, { maxOutputTokens: 100 })

    it('says nothing that it would refuse', () => {
      const refused = [...(preset.quirks?.unsupported ?? []), ...(REFUSED[preset.name] ?? [])]
      expect(Object.keys(body).filter((field) => refused.includes(field))).toEqual([])
    })

    it('names what it does not say', () => {
      const plain = Object.keys(chat.translation!.writeRequest(EVERYTHING, { maxOutputTokens: 100 }).body)
      const missing = plain.filter((field) => !(field in body))
      const lost = Object.values(translation!.carries).filter(({ is }) => is === 'lost').length
      const lostAnyway = Object.values(chat.translation!.carries).filter(({ is }) => is === 'lost').length
      // Alternatives of log probabilities go with these.
      const fields = missing.filter((field) => field !== 'top_logprobs')
      expect(lost - lostAnyway, missing.join()).toBeGreaterThanOrEqual(new Set(fields.map(penaltyOf)).size)
    })
  },
)

/** Both penalties are one feature. */
function penaltyOf(field: string): string {
  return field.endsWith('_penalty') ? 'penalty' : field
}
