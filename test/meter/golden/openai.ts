import type { PriceOverride } from '@tollgate/kit/meter'
import type { Vector } from './vector.ts'

const PRICING = 'https://platform.openai.com/docs/pricing'
const USAGE = 'https://platform.openai.com/docs/api-reference/chat/object#chat-object-usage'
const CACHING = 'https://developers.openai.com/api/docs/guides/prompt-caching'
const REASONING = 'https://platform.openai.com/docs/guides/reasoning#managing-the-context-window'
const PRIORITY = 'https://openai.com/api-priority-processing/'
const FLEX = 'https://developers.openai.com/api/docs/guides/flex-processing'
const LONG = 'https://developers.openai.com/api/docs/models/gpt-6-astra'
const PREDICTED = 'https://platform.openai.com/docs/guides/predicted-outputs#limitations'
const RESPONSE = 'https://platform.openai.com/docs/api-reference/responses/object#responses/object-usage'

const MINI: PriceOverride = { input: '0.15', cached_input: '0.075', output: '0.60' }
const GPT_4O: PriceOverride = { input: '2.50', cached_input: '1.25', output: '10' }
const GPT_41: PriceOverride = {
  input: '2',
  cached_input: '0.50',
  output: '8',
  priority: { input: '3.50', cached_input: '0.875', output: '14' },
}
const O3: PriceOverride = { input: '2', cached_input: '0.50', output: '8' }
const GPT_5: PriceOverride = { input: '1.25', cached_input: '0.125', output: '10', web_search: '0.01' }
const GPT_5_FLEX: PriceOverride = {
  ...GPT_5,
  flex: { input: '0.625', cached_input: '0.0625', output: '5' },
}
const GPT_55: PriceOverride = { input: '5', cached_input: '0.50', output: '30' }
const AUDIO: PriceOverride = { input: '2.50', output: '10', audio_input: '32', audio_output: '64' }
const GPT_56: PriceOverride = {
  input: '4',
  cached_input: '0.40',
  cache_write: '5',
  cache_write_1h: '8',
  output: '20',
  long_context: { above: 272_000, input: '8', cached_input: '0.80', cache_write: '10', output: '30' },
}

/** An answer of Chat Completions. */
function chat(
  name: string,
  rule: string,
  [model, price]: readonly [string, PriceOverride],
  usage: object,
  [working, nanoUsd]: readonly [string, number],
  beside: object = {},
): Vector {
  const said = { model, ...beside, usage }
  return {
    name,
    rule,
    endpoint: 'chat',
    provider: 'openai',
    prices: { [model]: price },
    said,
    working,
    nanoUsd,
  }
}

const responses = (...vector: Parameters<typeof chat>): Vector => ({
  ...chat(...vector),
  endpoint: 'responses',
})

const CACHED_1000 = {
  prompt_tokens: 1_000,
  completion_tokens: 100,
  prompt_tokens_details: { cached_tokens: 400 },
}

export const OPENAI: readonly Vector[] = [
  chat(
    'text',
    PRICING,
    ['gpt-4o-mini', MINI],
    { prompt_tokens: 18, completion_tokens: 9, total_tokens: 27 },
    ['18 × 0.15 + 9 × 0.60', 8_100],
  ),
  chat(
    'cached input is part of the prompt, at half price',
    CACHING,
    ['gpt-4o', GPT_4O],
    { prompt_tokens: 2_006, completion_tokens: 300, prompt_tokens_details: { cached_tokens: 1_920 } },
    ['86 × 2.50 + 1920 × 1.25 + 300 × 10', 5_615_000],
  ),
  chat(
    'reasoning is part of the completion',
    REASONING,
    ['o3', O3],
    {
      prompt_tokens: 1_000,
      completion_tokens: 1_200,
      completion_tokens_details: { reasoning_tokens: 1_024 },
    },
    ['1000 × 2 + 1200 × 8', 11_600_000],
  ),
  chat(
    'sound in and out, beside text',
    PRICING,
    ['gpt-audio', AUDIO],
    {
      prompt_tokens: 1_100,
      completion_tokens: 510,
      prompt_tokens_details: { audio_tokens: 1_000, cached_tokens: 0 },
      completion_tokens_details: { audio_tokens: 500, reasoning_tokens: 0 },
    },
    ['100 × 2.50 + 1000 × 32 + 10 × 10 + 500 × 64', 64_350_000],
  ),
  chat(
    'GPT-5.6 counts what it writes to its cache inside the prompt',
    CACHING,
    ['gpt-5.6-sol', GPT_56],
    {
      prompt_tokens: 5_000,
      completion_tokens: 100,
      prompt_tokens_details: { cached_tokens: 1_000, cache_write_tokens: 3_000 },
    },
    ['1000 × 4 + 1000 × 0.40 + 3000 × 5 + 100 × 20', 21_400_000],
  ),
  chat(
    'what is kept for twelve hours is written at a price of its own',
    CACHING,
    ['gpt-5.6-sol', GPT_56],
    {
      prompt_tokens: 5_000,
      completion_tokens: 100,
      prompt_tokens_details: {
        cached_tokens: 1_000,
        cache_write_tokens: 3_000,
        cache_write_tokens_details: { ttl_30m_tokens: 2_000, ttl_12h_tokens: 1_000 },
      },
    },
    ['1000 × 4 + 1000 × 0.40 + 2000 × 5 + 1000 × 8 + 100 × 20', 24_400_000],
  ),
  chat(
    'an input of 272,000 is not long yet',
    LONG,
    ['gpt-5.6-sol', GPT_56],
    { prompt_tokens: 272_000, completion_tokens: 1_000 },
    ['272000 × 4 + 1000 × 20', 1_108_000_000],
  ),
  chat(
    'one token more makes the whole request dearer',
    LONG,
    ['gpt-5.6-sol', GPT_56],
    { prompt_tokens: 272_001, completion_tokens: 1_000 },
    ['272001 × 8 + 1000 × 30', 2_206_008_000],
  ),
  chat(
    'cached input counts towards the length',
    LONG,
    ['gpt-5.6-sol', GPT_56],
    { prompt_tokens: 300_000, completion_tokens: 10, prompt_tokens_details: { cached_tokens: 299_000 } },
    ['1000 × 8 + 299000 × 0.80 + 10 × 30', 247_500_000],
  ),
  chat(
    'flex, at the price stated for it',
    FLEX,
    ['gpt-5', GPT_5_FLEX],
    CACHED_1000,
    ['600 × 0.625 + 400 × 0.0625 + 100 × 5', 900_000],
    { service_tier: 'flex' },
  ),
  chat(
    'flex, where no price is stated for it, as usual',
    FLEX,
    ['gpt-5', GPT_5],
    CACHED_1000,
    ['600 × 1.25 + 400 × 0.125 + 100 × 10', 1_800_000],
    { service_tier: 'flex' },
  ),
  chat(
    'priority is twice the usual price',
    PRIORITY,
    ['gpt-5', GPT_5],
    CACHED_1000,
    ['600 × 2.50 + 400 × 0.25 + 100 × 20', 3_600_000],
    { service_tier: 'priority' },
  ),
  chat(
    'and two and a half times for GPT-5.5',
    PRIORITY,
    ['gpt-5.5', GPT_55],
    CACHED_1000,
    ['600 × 12.50 + 400 × 1.25 + 100 × 75', 15_500_000],
    { service_tier: 'priority' },
  ),
  chat(
    'priority, at the price stated for it',
    PRIORITY,
    ['gpt-4.1', GPT_41],
    CACHED_1000,
    ['600 × 3.50 + 400 × 0.875 + 100 × 14', 3_850_000],
    { service_tier: 'priority' },
  ),
  chat(
    'the default tier is the usual price',
    PRICING,
    ['gpt-4.1', GPT_41],
    CACHED_1000,
    ['600 × 2 + 400 × 0.50 + 100 × 8', 2_200_000],
    { service_tier: 'default' },
  ),
  chat(
    'a prediction that was not taken is part of the completion',
    PREDICTED,
    ['gpt-4o', GPT_4O],
    {
      prompt_tokens: 100,
      completion_tokens: 39,
      completion_tokens_details: { accepted_prediction_tokens: 4, rejected_prediction_tokens: 30 },
    },
    ['100 × 2.50 + 39 × 10', 640_000],
  ),
  chat(
    'less than a nano-USD in all is one, not one each',
    USAGE,
    ['tiny', { input: '0.0003', output: '0.0003' }],
    { prompt_tokens: 1, completion_tokens: 1 },
    ['1 × 0.0003 + 1 × 0.0003', 1],
  ),
  {
    name: 'a stream says it once, in its last chunk',
    rule: 'https://platform.openai.com/docs/api-reference/chat-streaming',
    endpoint: 'chat',
    provider: 'openai',
    prices: { 'gpt-4o-mini': MINI },
    said: [
      { model: 'gpt-4o-mini', choices: [{ index: 0, delta: { content: 'Hi' } }], usage: null },
      { model: 'gpt-4o-mini', choices: [], usage: { prompt_tokens: 18, completion_tokens: 9 } },
    ],
    working: '18 × 0.15 + 9 × 0.60',
    nanoUsd: 8_100,
  },
  {
    ...chat(
      'embeddings have no output',
      PRICING,
      ['text-embedding-3-small', { input: '0.02', output: '0' }],
      { prompt_tokens: 8, total_tokens: 8 },
      ['8 × 0.02', 160],
    ),
    endpoint: 'embeddings',
  },
  {
    ...chat(
      'embeddings of the larger model',
      PRICING,
      ['text-embedding-3-large', { input: '0.13', output: '0' }],
      { prompt_tokens: 7, total_tokens: 7 },
      ['7 × 0.13', 910],
    ),
    endpoint: 'embeddings',
  },
  {
    ...chat(
      'the older completions',
      PRICING,
      ['gpt-3.5-turbo-instruct', { input: '1.50', output: '2' }],
      { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 },
      ['5 × 1.50 + 7 × 2', 21_500],
    ),
    endpoint: 'completions',
  },
  responses('a response', RESPONSE, ['gpt-5', GPT_5], { input_tokens: 328, output_tokens: 52 }, [
    '328 × 1.25 + 52 × 10',
    930_000,
  ]),
  responses(
    'a response that reasons, over cached input',
    RESPONSE,
    ['gpt-5', GPT_5],
    {
      input_tokens: 2_048,
      input_tokens_details: { cached_tokens: 1_024 },
      output_tokens: 512,
      output_tokens_details: { reasoning_tokens: 448 },
    },
    ['1024 × 1.25 + 1024 × 0.125 + 512 × 10', 6_528_000],
  ),
  responses(
    'a response that writes to its cache',
    CACHING,
    ['gpt-5.6-sol', GPT_56],
    {
      input_tokens: 4_000,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 3_968 },
      output_tokens: 10,
    },
    ['32 × 4 + 3968 × 5 + 10 × 20', 20_168_000],
  ),
  responses(
    'searches of the web have a fee each, and their text is input',
    'https://platform.openai.com/docs/pricing#built-in-tools',
    ['gpt-5', GPT_5],
    { input_tokens: 9_000, output_tokens: 700 },
    ['9000 × 1.25 + 700 × 10 + 3 × 10000', 48_250_000],
    { tool_usage: { web_search: { num_requests: 3 } } },
  ),
  responses(
    'a response in flex',
    FLEX,
    ['gpt-5', GPT_5_FLEX],
    { input_tokens: 1_000, output_tokens: 100 },
    ['1000 × 0.625 + 100 × 5', 1_125_000],
    { service_tier: 'flex' },
  ),
  responses(
    'a response in fast mode, which calls itself priority',
    'https://developers.openai.com/api/docs/guides/fast-mode',
    ['gpt-6-sol', { input: '2', cached_input: '0.20', output: '10' }],
    { input_tokens: 1_000, output_tokens: 100 },
    ['1000 × 4 + 100 × 20', 6_000_000],
    { service_tier: 'priority' },
  ),
  responses(
    'a long response in priority costs at least what it does else',
    PRIORITY,
    ['gpt-5.6-sol', { ...GPT_56, priority: { input: '8', output: '40' } }],
    { input_tokens: 300_000, output_tokens: 100 },
    ['300000 × 8 + 100 × 40', 2_404_000_000],
    { service_tier: 'priority' },
  ),
  {
    name: 'a streamed response says it in its last event',
    rule: 'https://platform.openai.com/docs/api-reference/responses-streaming',
    endpoint: 'responses',
    provider: 'openai',
    prices: { 'gpt-5': GPT_5 },
    said: [
      { type: 'response.created', response: { model: 'gpt-5', usage: null } },
      {
        type: 'response.completed',
        response: {
          model: 'gpt-5',
          incomplete_details: null,
          usage: { input_tokens: 328, output_tokens: 52 },
        },
      },
    ],
    working: '328 × 1.25 + 52 × 10',
    nanoUsd: 930_000,
  },
]
