import type { PriceOverride } from '@tollgate/kit/meter'
import type { Vector } from './vector.ts'

const PRICING = 'https://ai.google.dev/gemini-api/docs/pricing'
const METADATA = 'https://ai.google.dev/api/generate-content#UsageMetadata'
const THINKING = 'https://ai.google.dev/gemini-api/docs/thinking#pricing'
const CACHING = 'https://ai.google.dev/gemini-api/docs/caching'
const TIERS = 'https://ai.google.dev/gemini-api/docs/optimization'
const SEARCH = 'https://ai.google.dev/gemini-api/docs/google-search#pricing'

const PRO: PriceOverride = {
  input: '1.25',
  cached_input: '0.125',
  output: '10',
  web_search: '0.035',
  long_context: { above: 200_000, input: '2.50', cached_input: '0.25', output: '15' },
}
const FLASH: PriceOverride = { input: '0.30', cached_input: '0.03', output: '2.50', audio_input: '1' }
const THREE: PriceOverride = { input: '2', cached_input: '0.20', output: '12', web_search: '0.014' }
const IMAGE: PriceOverride = { input: '0.30', output: '2.50', image_output: '30' }
const SPEECH: PriceOverride = { input: '0.50', output: '10', audio_output: '10' }

function generate(
  name: string,
  rule: string,
  [model, price]: readonly [string, PriceOverride],
  usageMetadata: object,
  [working, nanoUsd]: readonly [string, number],
  beside: object = {},
): Vector {
  return {
    name,
    rule,
    endpoint: 'generate',
    provider: 'gemini',
    prices: { [model]: price },
    said: { ...beside, usageMetadata, modelVersion: model },
    working,
    nanoUsd,
  }
}

const grounded = (...webSearchQueries: readonly string[]) => ({
  candidates: [{ groundingMetadata: { webSearchQueries } }],
})

export const GEMINI: readonly Vector[] = [
  generate(
    'text',
    PRICING,
    ['gemini-2.5-flash', FLASH],
    { promptTokenCount: 7, candidatesTokenCount: 21, totalTokenCount: 28 },
    ['7 × 0.30 + 21 × 2.50', 54_600],
  ),
  generate(
    'thoughts stand outside the candidates, and are billed as output',
    THINKING,
    ['gemini-2.5-pro', PRO],
    { promptTokenCount: 100, candidatesTokenCount: 50, thoughtsTokenCount: 900, totalTokenCount: 1_050 },
    ['100 × 1.25 + 950 × 10', 9_625_000],
  ),
  generate(
    'what came from a cache is part of the prompt',
    CACHING,
    ['gemini-2.5-pro', PRO],
    {
      promptTokenCount: 3_000,
      cachedContentTokenCount: 2_048,
      candidatesTokenCount: 10,
      totalTokenCount: 3_010,
    },
    ['952 × 1.25 + 2048 × 0.125 + 10 × 10', 1_546_000],
  ),
  generate(
    'what its tools read stands outside the prompt, and is billed as input',
    METADATA,
    ['gemini-2.5-pro', PRO],
    {
      promptTokenCount: 27,
      toolUsePromptTokenCount: 10_309,
      candidatesTokenCount: 45,
      thoughtsTokenCount: 31,
      totalTokenCount: 10_412,
    },
    ['10336 × 1.25 + 76 × 10', 13_680_000],
  ),
  generate(
    'sound in the prompt',
    PRICING,
    ['gemini-2.5-flash', FLASH],
    {
      promptTokenCount: 1_930,
      candidatesTokenCount: 40,
      totalTokenCount: 1_970,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 10 },
        { modality: 'AUDIO', tokenCount: 1_920 },
      ],
    },
    ['10 × 0.30 + 1920 × 1 + 40 × 2.50', 2_023_000],
  ),
  generate(
    'pictures in the prompt are billed as text is',
    PRICING,
    ['gemini-2.5-flash', FLASH],
    {
      promptTokenCount: 268,
      candidatesTokenCount: 12,
      totalTokenCount: 280,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 10 },
        { modality: 'IMAGE', tokenCount: 258 },
      ],
    },
    ['268 × 0.30 + 12 × 2.50', 110_400],
  ),
  generate(
    'a picture made has a price of its own',
    'https://ai.google.dev/gemini-api/docs/pricing#gemini-2.5-flash-image',
    ['gemini-2.5-flash-image', IMAGE],
    {
      promptTokenCount: 8,
      candidatesTokenCount: 1_300,
      totalTokenCount: 1_308,
      candidatesTokensDetails: [
        { modality: 'TEXT', tokenCount: 10 },
        { modality: 'IMAGE', tokenCount: 1_290 },
      ],
    },
    ['8 × 0.30 + 10 × 2.50 + 1290 × 30', 38_727_400],
  ),
  generate(
    'speech made has one too',
    'https://ai.google.dev/gemini-api/docs/pricing#gemini-2.5-flash-preview-tts',
    ['gemini-2.5-flash-preview-tts', SPEECH],
    {
      promptTokenCount: 12,
      candidatesTokenCount: 250,
      totalTokenCount: 262,
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 250 }],
    },
    ['12 × 0.50 + 250 × 10', 2_506_000],
  ),
  generate(
    'a prompt of 200,000 is not long yet',
    PRICING,
    ['gemini-2.5-pro', PRO],
    { promptTokenCount: 200_000, candidatesTokenCount: 100, totalTokenCount: 200_100 },
    ['200000 × 1.25 + 100 × 10', 251_000_000],
  ),
  generate(
    'one token more makes all of it dearer',
    PRICING,
    ['gemini-2.5-pro', PRO],
    { promptTokenCount: 200_001, candidatesTokenCount: 100, totalTokenCount: 200_101 },
    ['200001 × 2.50 + 100 × 15', 501_502_500],
  ),
  generate(
    'a long prompt that is mostly cached',
    PRICING,
    ['gemini-2.5-pro', PRO],
    {
      promptTokenCount: 300_000,
      cachedContentTokenCount: 290_000,
      candidatesTokenCount: 100,
      thoughtsTokenCount: 200,
      totalTokenCount: 300_300,
    },
    ['10000 × 2.50 + 290000 × 0.25 + 300 × 15', 102_000_000],
  ),
  generate(
    'flex, at the price stated for it',
    TIERS,
    ['gemini-2.5-flash', { ...FLASH, flex: { input: '0.15', output: '1.25' } }],
    { promptTokenCount: 1_000, candidatesTokenCount: 100, totalTokenCount: 1_100, serviceTier: 'flex' },
    ['1000 × 0.15 + 100 × 1.25', 275_000],
  ),
  generate(
    'flex, where no price is stated for it, as usual',
    TIERS,
    ['gemini-2.5-flash', FLASH],
    { promptTokenCount: 1_000, candidatesTokenCount: 100, totalTokenCount: 1_100, serviceTier: 'flex' },
    ['1000 × 0.30 + 100 × 2.50', 550_000],
  ),
  generate(
    'priority costs up to twice as much',
    TIERS,
    ['gemini-2.5-flash', FLASH],
    { promptTokenCount: 1_000, candidatesTokenCount: 100, totalTokenCount: 1_100, serviceTier: 'priority' },
    ['1000 × 0.60 + 100 × 5', 1_100_000],
  ),
  generate(
    'Vertex says it as a kind of traffic',
    'https://cloud.google.com/vertex-ai/generative-ai/docs/priority-paygo',
    ['gemini-2.5-flash', { ...FLASH, priority: { input: '0.54', output: '4.50' } }],
    {
      promptTokenCount: 1_000,
      candidatesTokenCount: 100,
      totalTokenCount: 1_100,
      trafficType: 'ON_DEMAND_PRIORITY',
    },
    ['1000 × 0.54 + 100 × 4.50', 990_000],
  ),
  generate(
    'up to 2.5, a prompt that searches has one fee, however often it does',
    SEARCH,
    ['gemini-2.5-pro', PRO],
    { promptTokenCount: 20, candidatesTokenCount: 300, totalTokenCount: 320 },
    ['20 × 1.25 + 300 × 10 + 1 × 35000', 38_025_000],
    grounded('euro 2024 winner', 'euro 2024 final score'),
  ),
  generate(
    'from 3 on, each search has one',
    SEARCH,
    ['gemini-3-pro-preview', THREE],
    { promptTokenCount: 20, candidatesTokenCount: 300, totalTokenCount: 320 },
    ['20 × 2 + 300 × 12 + 2 × 14000', 31_640_000],
    grounded('euro 2024 winner', 'euro 2024 final score'),
  ),
  generate(
    'what only the total says was generated',
    METADATA,
    ['gemini-2.5-flash', FLASH],
    { promptTokenCount: 10, totalTokenCount: 74 },
    ['10 × 0.30 + 64 × 2.50', 163_000],
  ),
  {
    name: 'every chunk of a stream says it, and the last holds',
    rule: METADATA,
    endpoint: 'generate',
    provider: 'gemini',
    prices: { 'gemini-2.5-flash': FLASH },
    said: [
      {
        candidates: [{ content: { parts: [{ text: 'Hi' }] } }],
        usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2, totalTokenCount: 9 },
        modelVersion: 'gemini-2.5-flash',
      },
      {
        candidates: [{ content: { parts: [{ text: ' there' }] }, finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 21, totalTokenCount: 28 },
        modelVersion: 'gemini-2.5-flash',
      },
    ],
    working: '7 × 0.30 + 21 × 2.50',
    nanoUsd: 54_600,
  },
  {
    name: 'an embedding',
    rule: 'https://ai.google.dev/gemini-api/docs/embeddings',
    endpoint: 'embed',
    provider: 'gemini',
    prices: { 'gemini-embedding-2': { input: '0.20', output: '0' } },
    said: { embedding: { values: [0.1] }, usageMetadata: { promptTokenCount: 11, totalTokenCount: 11 } },
    working: '11 × 0.20',
    nanoUsd: 2_200,
  },
]
