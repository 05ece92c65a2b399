import type { PriceOverride, PriceOverrides } from '@tollgate/kit/meter'
import type { Vector } from './vector.ts'

const PRICING = 'https://platform.claude.com/docs/en/about-claude/pricing'
const CACHING =
  'https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance'
const LONG = 'https://platform.claude.com/docs/en/about-claude/pricing#long-context-pricing'
const TIERS = 'https://platform.claude.com/docs/en/api/service-tiers'
const SEARCH =
  'https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool#usage-and-pricing'
const COMPACTION = 'https://platform.claude.com/docs/en/build-with-claude/compaction#understanding-usage'
const ADVISOR = 'https://platform.claude.com/docs/en/agents-and-tools/tool-use/advisor-tool'
const STREAMING = 'https://platform.claude.com/docs/en/build-with-claude/streaming#event-types'

const SONNET: PriceOverride = {
  input: '3',
  cached_input: '0.30',
  cache_write: '3.75',
  cache_write_1h: '6',
  output: '15',
  web_search: '0.01',
  long_context: {
    above: 200_000,
    input: '6',
    cached_input: '0.60',
    cache_write: '7.50',
    cache_write_1h: '12',
    output: '22.50',
  },
}
const OPUS: PriceOverride = {
  input: '5',
  cached_input: '0.50',
  cache_write: '6.25',
  cache_write_1h: '10',
  output: '25',
  web_search: '0.01',
}
const HAIKU: PriceOverride = {
  input: '1',
  cached_input: '0.10',
  cache_write: '1.25',
  cache_write_1h: '2',
  output: '5',
}
const FABLE: PriceOverride = { input: '10', cached_input: '0.25', cache_write: '12.50', output: '50' }

const SONNET_ALONE: PriceOverrides = { 'claude-sonnet-4-5': SONNET }

/** An answer of Messages by the first of these models. */
function message(
  name: string,
  rule: string,
  prices: PriceOverrides,
  usage: object,
  [working, nanoUsd]: readonly [string, number],
): Vector {
  const [model] = Object.keys(prices)
  return {
    name,
    rule,
    endpoint: 'messages',
    provider: 'anthropic',
    prices,
    said: { type: 'message', model, usage },
    working,
    nanoUsd,
  }
}

const sonnet = (name: string, rule: string, usage: object, worked: readonly [string, number]): Vector =>
  message(name, rule, SONNET_ALONE, usage, worked)

export const ANTHROPIC: readonly Vector[] = [
  sonnet('text', PRICING, { input_tokens: 2_095, output_tokens: 503 }, ['2095 × 3 + 503 × 15', 13_830_000]),
  sonnet(
    'the counts of the cache stand outside the input',
    CACHING,
    {
      input_tokens: 21,
      cache_read_input_tokens: 188_086,
      cache_creation_input_tokens: 0,
      output_tokens: 393,
    },
    ['21 × 3 + 188086 × 0.30 + 393 × 15', 62_383_800],
  ),
  sonnet(
    'a write for five minutes',
    CACHING,
    {
      input_tokens: 21,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 188_086,
      cache_creation: { ephemeral_5m_input_tokens: 188_086, ephemeral_1h_input_tokens: 0 },
      output_tokens: 393,
    },
    ['21 × 3 + 188086 × 3.75 + 393 × 15', 711_280_500],
  ),
  sonnet(
    'a write for an hour',
    CACHING,
    {
      input_tokens: 50,
      cache_creation_input_tokens: 2_000,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 2_000 },
      output_tokens: 100,
    },
    ['50 × 3 + 2000 × 6 + 100 × 15', 13_650_000],
  ),
  sonnet(
    'both in one request, and a read',
    'https://platform.claude.com/docs/en/build-with-claude/prompt-caching#1-hour-cache-duration',
    {
      input_tokens: 2_048,
      cache_read_input_tokens: 1_800,
      cache_creation_input_tokens: 248,
      cache_creation: { ephemeral_5m_input_tokens: 148, ephemeral_1h_input_tokens: 100 },
      output_tokens: 503,
    },
    ['2048 × 3 + 1800 × 0.30 + 148 × 3.75 + 100 × 6 + 503 × 15', 15_384_000],
  ),
  sonnet(
    'a write that does not say for how long is one for five minutes',
    CACHING,
    { input_tokens: 10, cache_creation_input_tokens: 1_000, output_tokens: 1 },
    ['10 × 3 + 1000 × 3.75 + 1 × 15', 3_795_000],
  ),
  sonnet('an input of 200,000 is not long yet', LONG, { input_tokens: 200_000, output_tokens: 1_000 }, [
    '200000 × 3 + 1000 × 15',
    615_000_000,
  ]),
  sonnet('one token more makes all of it dearer', LONG, { input_tokens: 200_001, output_tokens: 1_000 }, [
    '200001 × 6 + 1000 × 22.50',
    1_222_506_000,
  ]),
  sonnet(
    'what was read from the cache counts towards the length',
    LONG,
    { input_tokens: 1_000, cache_read_input_tokens: 199_500, output_tokens: 100 },
    ['1000 × 6 + 199500 × 0.60 + 100 × 22.50', 127_950_000],
  ),
  sonnet(
    'so does what was written to it',
    LONG,
    {
      input_tokens: 1_000,
      cache_creation_input_tokens: 200_000,
      cache_creation: { ephemeral_5m_input_tokens: 150_000, ephemeral_1h_input_tokens: 50_000 },
      output_tokens: 100,
    },
    ['1000 × 6 + 150000 × 7.50 + 50000 × 12 + 100 × 22.50', 1_733_250_000],
  ),
  sonnet(
    'searches of the web have a fee each',
    SEARCH,
    { input_tokens: 6_039, output_tokens: 931, server_tool_use: { web_search_requests: 2 } },
    ['6039 × 3 + 931 × 15 + 2 × 10000', 52_082_000],
  ),
  sonnet(
    'fetches of a page have none',
    'https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-fetch-tool#usage-and-pricing',
    {
      input_tokens: 25_039,
      output_tokens: 931,
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 3 },
    },
    ['25039 × 3 + 931 × 15', 89_082_000],
  ),
  sonnet(
    'thinking is part of the output',
    'https://platform.claude.com/docs/en/build-with-claude/extended-thinking#pricing',
    {
      input_tokens: 100,
      output_tokens: 1_500,
      output_tokens_details: { thinking_tokens: 1_200 },
    },
    ['100 × 3 + 1500 × 15', 22_800_000],
  ),
  message(
    'a batch, at the price stated for it',
    'https://platform.claude.com/docs/en/build-with-claude/batch-processing#pricing',
    { 'claude-opus-4-6': { ...OPUS, batch: { input: '2.50', output: '12.50' } } },
    { input_tokens: 1_000, output_tokens: 100, service_tier: 'batch' },
    ['1000 × 2.50 + 100 × 12.50', 3_750_000],
  ),
  message(
    'a batch, where no price is stated for it, as usual',
    'https://platform.claude.com/docs/en/build-with-claude/batch-processing#pricing',
    { 'claude-opus-4-6': OPUS },
    { input_tokens: 1_000, output_tokens: 100, service_tier: 'batch' },
    ['1000 × 5 + 100 × 25', 7_500_000],
  ),
  message(
    'priority is capacity bought ahead: the usual price stands for it',
    TIERS,
    { 'claude-opus-4-6': OPUS },
    { input_tokens: 1_000, cache_read_input_tokens: 400, output_tokens: 100, service_tier: 'priority' },
    ['1000 × 5 + 400 × 0.50 + 100 × 25', 7_700_000],
  ),
  message(
    'a compaction is billed, though the counts at the top leave it out',
    COMPACTION,
    { 'claude-opus-4-6': OPUS },
    {
      input_tokens: 23_000,
      output_tokens: 1_000,
      iterations: [
        { type: 'compaction', input_tokens: 180_000, output_tokens: 3_500 },
        { type: 'message', input_tokens: 23_000, output_tokens: 1_000 },
      ],
    },
    ['203000 × 5 + 4500 × 25', 1_127_500_000],
  ),
  message(
    'an advisor is billed as the model that it is',
    ADVISOR,
    { 'claude-haiku-4-5': HAIKU, 'claude-opus-4-6': OPUS },
    {
      input_tokens: 412,
      output_tokens: 531,
      iterations: [
        { type: 'message', input_tokens: 412, output_tokens: 89 },
        {
          type: 'advisor_message',
          model: 'claude-opus-4-6',
          input_tokens: 823,
          cache_read_input_tokens: 40,
          output_tokens: 1_612,
        },
        { type: 'message', input_tokens: 412, output_tokens: 442 },
      ],
    },
    ['412 × 1 + 531 × 5 + 823 × 5 + 40 × 0.50 + 1612 × 25', 47_502_000],
  ),
  message(
    'an attempt that was declined is billed at its own model’s price',
    PRICING,
    { 'claude-opus-4-6': OPUS, 'claude-fable-5-1': FABLE },
    {
      input_tokens: 950,
      output_tokens: 300,
      iterations: [
        { type: 'message', model: 'claude-fable-5-1', input_tokens: 900, output_tokens: 12 },
        { type: 'fallback_message', model: 'claude-opus-4-6', input_tokens: 950, output_tokens: 300 },
      ],
    },
    ['950 × 5 + 300 × 25 + 900 × 10 + 12 × 50', 21_850_000],
  ),
  {
    name: 'the end of a stream replaces what its beginning said',
    rule: STREAMING,
    endpoint: 'messages',
    provider: 'anthropic',
    prices: SONNET_ALONE,
    said: [
      {
        type: 'message_start',
        message: {
          type: 'message',
          model: 'claude-sonnet-4-5',
          usage: { input_tokens: 472, cache_read_input_tokens: 100, output_tokens: 2 },
        },
      },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 89 } },
      { type: 'message_stop' },
    ],
    working: '472 × 3 + 100 × 0.30 + 89 × 15',
    nanoUsd: 2_781_000,
  },
  {
    name: 'input that a search brings is said at the end',
    rule: SEARCH,
    endpoint: 'messages',
    provider: 'anthropic',
    prices: SONNET_ALONE,
    said: [
      {
        type: 'message_start',
        message: {
          type: 'message',
          model: 'claude-sonnet-4-5',
          usage: { input_tokens: 2_679, output_tokens: 3 },
        },
      },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { input_tokens: 10_682, output_tokens: 510, server_tool_use: { web_search_requests: 1 } },
      },
      { type: 'message_stop' },
    ],
    working: '10682 × 3 + 510 × 15 + 1 × 10000',
    nanoUsd: 49_696_000,
  },
]
