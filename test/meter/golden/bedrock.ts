import type { PriceOverride } from '@tollgate/kit/meter'
import type { Vector } from './vector.ts'

const USAGE = 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html'
const CACHING = 'https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html'

const NOVA: PriceOverride = { input: '0.80', cached_input: '0.20', output: '3.20' }
const CLAUDE: PriceOverride = {
  input: '3',
  cached_input: '0.30',
  cache_write: '3.75',
  cache_write_1h: '6',
  output: '15',
}

const nova = { 'amazon.nova-pro-v1:0': NOVA }
const claude = { 'anthropic.claude-sonnet-4-6': CLAUDE }

/** Converse, whatever its model: cache stands beside the input. */
export const BEDROCK: readonly Vector[] = [
  {
    name: 'an answer of Converse',
    rule: USAGE,
    endpoint: 'converse',
    provider: 'bedrock',
    prices: nova,
    said: {
      output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 1_250, outputTokens: 340, totalTokens: 1_590 },
    },
    working: '1250 × 0.80 + 340 × 3.20',
    nanoUsd: 2_088_000,
  },
  {
    name: 'what is read from the cache stands outside the input',
    rule: CACHING,
    endpoint: 'converse',
    provider: 'bedrock',
    prices: nova,
    said: {
      usage: {
        inputTokens: 30,
        outputTokens: 12,
        totalTokens: 2_090,
        cacheReadInputTokens: 2_048,
        cacheWriteInputTokens: 0,
      },
    },
    working: '30 × 0.80 + 2048 × 0.20 + 12 × 3.20',
    nanoUsd: 472_000,
  },
  {
    name: 'what is written to the cache, some of it for an hour',
    rule: CACHING,
    endpoint: 'converse',
    provider: 'bedrock',
    prices: claude,
    said: {
      usage: {
        inputTokens: 7,
        outputTokens: 100,
        totalTokens: 3_107,
        cacheWriteInputTokens: 3_000,
        cacheDetails: [
          { ttl: '1h', inputTokens: 1_000 },
          { ttl: '5m', inputTokens: 2_000 },
        ],
      },
    },
    working: '7 × 3 + 2000 × 3.75 + 1000 × 6 + 100 × 15',
    nanoUsd: 15_021_000,
  },
  {
    name: 'a stream says it last',
    rule: 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html',
    endpoint: 'converse',
    provider: 'bedrock',
    prices: nova,
    said: [
      { role: 'assistant' },
      { delta: { text: 'Hi' }, contentBlockIndex: 0 },
      { contentBlockIndex: 0 },
      { stopReason: 'end_turn' },
      { usage: { inputTokens: 9, outputTokens: 2, totalTokens: 11 }, metrics: { latencyMs: 400 } },
    ],
    working: '9 × 0.80 + 2 × 3.20',
    nanoUsd: 13_600,
  },
]
