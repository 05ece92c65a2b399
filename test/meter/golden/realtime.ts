import type { PriceOverride } from '@tollgate/kit/meter'
import type { Vector } from './vector.ts'

const COSTS = 'https://developers.openai.com/api/docs/guides/realtime-costs'
const DONE = 'https://platform.openai.com/docs/api-reference/realtime-server-events/response/done'
const MINI = 'https://developers.openai.com/api/docs/models/gpt-realtime-2.1-mini'
const VOICE = 'https://developers.openai.com/api/docs/models/gpt-realtime-1.5'

const REALTIME: PriceOverride = {
  input: '4',
  cached_input: '0.40',
  audio_input: '32',
  cached_audio_input: '0.40',
  image_input: '5',
  cached_image_input: '0.50',
  output: '16',
  audio_output: '64',
}
const REALTIME_MINI: PriceOverride = {
  input: '0.60',
  cached_input: '0.06',
  audio_input: '10',
  cached_audio_input: '0.30',
  image_input: '0.80',
  cached_image_input: '0.08',
  output: '2.40',
  audio_output: '20',
}

/** What a session's `response.done` says. */
function response(
  name: string,
  rule: string,
  [model, price]: readonly [string, PriceOverride],
  usage: object,
  [working, nanoUsd]: readonly [string, number],
): Vector {
  return {
    name,
    rule,
    endpoint: 'realtime',
    provider: 'openai',
    prices: { [model]: price },
    said: { usage },
    working,
    nanoUsd,
  }
}

export const REALTIME_SESSIONS: readonly Vector[] = [
  response(
    'a first turn: instructions, a question that is heard, an answer that is spoken and written',
    COSTS,
    ['gpt-realtime', REALTIME],
    {
      total_tokens: 253,
      input_tokens: 132,
      output_tokens: 121,
      input_token_details: {
        text_tokens: 119,
        audio_tokens: 13,
        image_tokens: 0,
        cached_tokens: 64,
        cached_tokens_details: { text_tokens: 64, audio_tokens: 0, image_tokens: 0 },
      },
      output_token_details: { text_tokens: 30, audio_tokens: 91 },
    },
    ['55 × 4 + 64 × 0.40 + 13 × 32 + 30 × 16 + 91 × 64', 6_965_600],
  ),
  response(
    'a later turn, most of which is cached: text, sound and a picture each at their own price',
    MINI,
    ['gpt-realtime-2.1-mini', REALTIME_MINI],
    {
      input_tokens: 1_500,
      output_tokens: 80,
      input_token_details: {
        text_tokens: 600,
        audio_tokens: 500,
        image_tokens: 400,
        cached_tokens: 1_200,
        cached_tokens_details: { text_tokens: 512, audio_tokens: 448, image_tokens: 240 },
      },
      output_token_details: { text_tokens: 20, audio_tokens: 60 },
    },
    [
      '88 × 0.60 + 512 × 0.06 + 52 × 10 + 448 × 0.30 + 160 × 0.80 + 240 × 0.08 + 20 × 2.40 + 60 × 20',
      2_133_120,
    ],
  ),
  response(
    'what is cached is not told apart: taken to be text, which saves the least',
    DONE,
    ['gpt-realtime', REALTIME],
    {
      input_tokens: 300,
      output_tokens: 10,
      input_token_details: { text_tokens: 100, audio_tokens: 200, cached_tokens: 150 },
      output_token_details: { text_tokens: 10, audio_tokens: 0 },
    },
    ['100 × 0.40 + 200 × 32 + 10 × 16', 6_600_000],
  ),
  response(
    'text alone',
    VOICE,
    ['gpt-realtime', REALTIME],
    {
      input_tokens: 1_000,
      output_tokens: 250,
      input_token_details: { text_tokens: 1_000, audio_tokens: 0, cached_tokens: 0 },
      output_token_details: { text_tokens: 250, audio_tokens: 0 },
    },
    ['1000 × 4 + 250 × 16', 8_000_000],
  ),
]
