import type { PriceOverride } from '@tollgate/kit/meter'
import type { Vector } from './vector.ts'

const XAI = 'https://docs.x.ai/docs/guides/reasoning'
const DEEPSEEK = 'https://api-docs.deepseek.com/guides/kv_cache'
const OPENROUTER = 'https://openrouter.ai/docs/use-cases/usage-accounting'

const GROK: PriceOverride = {
  input: '2',
  cached_input: '0.50',
  output: '6',
  long_context: { above: 199_999, input: '4', cached_input: '1', output: '12' },
}
const DEEPSEEK_CHAT: PriceOverride = { input: '0.27', cached_input: '0.07', output: '1.10' }

function chat(
  provider: string,
  name: string,
  rule: string,
  [model, price]: readonly [string, PriceOverride],
  usage: object,
  [working, nanoUsd]: readonly [string, number],
): Vector {
  const said = { model, usage }
  return { name, rule, endpoint: 'chat', provider, prices: { [model]: price }, said, working, nanoUsd }
}

/** Providers that speak OpenAI's dialect and count in ways of their own. */
export const OPENAI_DIALECT: readonly Vector[] = [
  chat(
    'xai',
    'reasoning stands outside the completion, and the total shows it',
    XAI,
    ['grok-4.6', GROK],
    {
      prompt_tokens: 32,
      completion_tokens: 9,
      total_tokens: 159,
      completion_tokens_details: { reasoning_tokens: 118 },
    },
    ['32 × 2 + 127 × 6', 826_000],
  ),
  chat(
    'xai',
    'also where it is shorter than the completion',
    XAI,
    ['grok-4.6', GROK],
    {
      prompt_tokens: 199,
      completion_tokens: 50,
      total_tokens: 279,
      prompt_tokens_details: { cached_tokens: 163 },
      completion_tokens_details: { reasoning_tokens: 30 },
    },
    ['36 × 2 + 163 × 0.50 + 80 × 6', 633_500],
  ),
  chat(
    'xai',
    'a prompt of 200,000 is a long one',
    'https://docs.x.ai/docs/models',
    ['grok-4.6', GROK],
    { prompt_tokens: 200_000, completion_tokens: 100, total_tokens: 200_100 },
    ['200000 × 4 + 100 × 12', 801_200_000],
  ),
  chat(
    'deepseek',
    'what its cache hit is part of the prompt',
    DEEPSEEK,
    ['deepseek-chat', DEEPSEEK_CHAT],
    {
      prompt_tokens: 1_000,
      completion_tokens: 50,
      total_tokens: 1_050,
      prompt_tokens_details: { cached_tokens: 640 },
      prompt_cache_hit_tokens: 640,
      prompt_cache_miss_tokens: 360,
    },
    ['360 × 0.27 + 640 × 0.07 + 50 × 1.10', 197_000],
  ),
  chat(
    'deepseek',
    'its reasoning is part of the completion',
    'https://api-docs.deepseek.com/api/create-chat-completion',
    ['deepseek-reasoner', { input: '0.55', cached_input: '0.14', output: '2.19' }],
    {
      prompt_tokens: 20,
      completion_tokens: 300,
      total_tokens: 320,
      completion_tokens_details: { reasoning_tokens: 250 },
      prompt_cache_hit_tokens: 0,
      prompt_cache_miss_tokens: 20,
    },
    ['20 × 0.55 + 300 × 2.19', 668_000],
  ),
  chat(
    'mistral',
    'text',
    'https://docs.mistral.ai/api/#tag/chat',
    ['mistral-large-latest', { input: '2', output: '6' }],
    { prompt_tokens: 16, completion_tokens: 34, total_tokens: 50 },
    ['16 × 2 + 34 × 6', 236_000],
  ),
  chat(
    'groq',
    'its times beside its tokens mean nothing to a bill',
    'https://console.groq.com/docs/prompt-caching',
    ['openai/gpt-oss-120b', { input: '0.15', cached_input: '0.075', output: '0.75' }],
    {
      queue_time: 0.02,
      prompt_tokens: 4_641,
      prompt_time: 0.009,
      completion_tokens: 1_817,
      completion_time: 5.57,
      total_tokens: 6_458,
      total_time: 5.58,
      prompt_tokens_details: { cached_tokens: 4_608 },
    },
    ['33 × 0.15 + 4608 × 0.075 + 1817 × 0.75', 1_713_300],
  ),
  chat(
    'perplexity',
    'a fee for each request on top, and the cost that it claims is not taken for it',
    'https://docs.perplexity.ai/getting-started/pricing',
    ['sonar-pro', { input: '3', output: '15', per_request: '0.006' }],
    {
      prompt_tokens: 14,
      completion_tokens: 100,
      total_tokens: 114,
      search_context_size: 'low',
      cost: { request_cost: 0, total_cost: 0 },
    },
    ['14 × 3 + 100 × 15 + 1 × 6000', 7_542_000],
  ),
  chat(
    'cohere',
    'its compatibility endpoint counts as OpenAI does',
    'https://docs.cohere.com/docs/compatibility-api',
    ['command-a-03-2025', { input: '2.50', output: '10' }],
    { prompt_tokens: 495, completion_tokens: 126, total_tokens: 621 },
    ['495 × 2.50 + 126 × 10', 2_497_500],
  ),
  chat(
    'openrouter',
    'what it reads from another provider’s cache, with its own claim of cost beside it',
    OPENROUTER,
    ['anthropic/claude-sonnet-4.5', { input: '3', cached_input: '0.30', cache_write: '3.75', output: '15' }],
    {
      prompt_tokens: 10_339,
      completion_tokens: 60,
      total_tokens: 10_399,
      prompt_tokens_details: { cached_tokens: 10_318, cache_write_tokens: 0 },
      cost: 0.00000001,
    },
    ['21 × 3 + 10318 × 0.30 + 60 × 15', 4_058_400],
  ),
  chat(
    'openrouter',
    'what it writes to another provider’s cache',
    OPENROUTER,
    ['anthropic/claude-sonnet-4.5', { input: '3', cached_input: '0.30', cache_write: '3.75', output: '15' }],
    {
      prompt_tokens: 10_339,
      completion_tokens: 60,
      total_tokens: 10_399,
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 10_318 },
    },
    ['21 × 3 + 10318 × 3.75 + 60 × 15', 39_655_500],
  ),
  chat(
    'deepseek',
    'what came from the cache, told by its own name alone',
    DEEPSEEK,
    ['deepseek-chat', DEEPSEEK_CHAT],
    { prompt_tokens: 1_200, completion_tokens: 90, total_tokens: 1_290, prompt_cache_hit_tokens: 1_024 },
    ['176 × 0.27 + 1024 × 0.07 + 90 × 1.10', 218_200],
  ),
  chat(
    'xai',
    'reasoning stands outside the completion, where no total shows it',
    XAI,
    ['grok-4.6', GROK],
    { prompt_tokens: 32, completion_tokens: 90, completion_tokens_details: { reasoning_tokens: 30 } },
    ['32 × 2 + 120 × 6', 784_000],
  ),
  chat(
    'cohere',
    'what is billed, where it is less than what was read',
    'https://docs.cohere.com/docs/how-does-cohere-pricing-work',
    ['command-a-03-2025', { input: '2.50', output: '10' }],
    {
      prompt_tokens: 495,
      completion_tokens: 126,
      total_tokens: 621,
      billed_units: { input_tokens: 6, output_tokens: 126 },
    },
    ['6 × 2.50 + 126 × 10', 1_275_000],
  ),
  {
    name: 'a stream says it in a field of its own',
    rule: 'https://console.groq.com/docs/api-reference#chat-create',
    endpoint: 'chat',
    provider: 'groq',
    prices: { 'llama-3.3-70b-versatile': { input: '0.59', output: '0.79' } },
    said: [
      { model: 'llama-3.3-70b-versatile', choices: [{ index: 0, delta: { content: 'Hi' } }] },
      {
        model: 'llama-3.3-70b-versatile',
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        x_groq: { usage: { prompt_tokens: 18, completion_tokens: 9, total_tokens: 27 } },
      },
    ],
    working: '18 × 0.59 + 9 × 0.79',
    nanoUsd: 17_730,
  },
  {
    name: 'a stream says it in every chunk so far, and the last one counts',
    rule: 'https://docs.x.ai/docs/guides/streaming-response',
    endpoint: 'chat',
    provider: 'xai',
    prices: { 'grok-4.6': GROK },
    said: [1, 2, 3].map((completion_tokens) => ({
      model: 'grok-4.6',
      choices: [{ index: 0, delta: { content: 'a' } }],
      usage: { prompt_tokens: 10, completion_tokens, total_tokens: 10 + completion_tokens },
    })),
    working: '10 × 2 + 3 × 6',
    nanoUsd: 38_000,
  },
]
