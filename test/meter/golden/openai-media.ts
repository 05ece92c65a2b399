import type { PriceOverride } from '@tollgate/kit/meter'
import type { Vector } from './vector.ts'

const IMAGES = 'https://platform.openai.com/docs/guides/image-generation#cost-and-latency'
const PRICING = 'https://platform.openai.com/docs/pricing'
const TRANSCRIPTION = 'https://platform.openai.com/docs/api-reference/audio/json-object'

const VISION = 'https://developers.openai.com/api/docs/guides/images-vision'
const MINI_PAGE = 'https://developers.openai.com/api/docs/models/gpt-image-1-mini'

/** https://developers.openai.com/api/docs/models/gpt-image-1 */
const GPT_IMAGE_1: PriceOverride = { input: '5', image_input: '10', output: '40', image_output: '40' }
const GPT_IMAGE_1_MINI: PriceOverride = { input: '2', image_input: '2.50', output: '8', image_output: '8' }
const GPT_IMAGE_2: PriceOverride = { input: '5', image_input: '8', output: '30', image_output: '30' }
const GPT_IMAGE_15: PriceOverride = { input: '5', image_input: '8', output: '10', image_output: '32' }
const DALL_E_3: PriceOverride = { input: '0', output: '0', image: '0.04' }
const MINI_TTS: PriceOverride = { input: '0.60', output: '12' }
const TRANSCRIBE: PriceOverride = { input: '2.50', audio_input: '6', output: '10' }
const WHISPER: PriceOverride = { input: '0', output: '0', audio_minute: '0.006' }
const GPT_TRANSCRIBE: PriceOverride = { input: '0', output: '0', audio_minute: '0.0045' }

function vector(
  endpoint: Vector['endpoint'],
  name: string,
  rule: string,
  [model, price]: readonly [string, PriceOverride],
  said: Vector['said'],
  [working, nanoUsd]: readonly [string, number],
): Vector {
  return { name, rule, endpoint, provider: 'openai', prices: { [model]: price }, said, working, nanoUsd }
}

const drawn = (input: readonly [text: number, image: number], output: number) => ({
  input_tokens: input[0] + input[1],
  input_tokens_details: { text_tokens: input[0], image_tokens: input[1] },
  output_tokens: output,
  total_tokens: input[0] + input[1] + output,
})

const heard = (text: number, audio: number, output: number) => ({
  type: 'tokens',
  input_tokens: text + audio,
  input_token_details: { text_tokens: text, audio_tokens: audio },
  output_tokens: output,
  total_tokens: text + audio + output,
})

/** What OpenAI bills for pictures and sound: by the token, by the piece, by time. */
export const OPENAI_MEDIA: readonly Vector[] = [
  vector(
    'images',
    'a picture has tokens of its own',
    IMAGES,
    ['gpt-image-2', GPT_IMAGE_2],
    { data: [{ b64_json: '' }], usage: drawn([13, 0], 196) },
    ['13 × 5 + 196 × 30', 5_945_000],
  ),
  vector(
    'images',
    'text that is thought before it is cheaper than the picture',
    IMAGES,
    ['gpt-image-1.5', GPT_IMAGE_15],
    {
      data: [{ b64_json: '' }],
      usage: { ...drawn([20, 0], 1_156), output_tokens_details: { text_tokens: 100, image_tokens: 1_056 } },
    },
    ['20 × 5 + 100 × 10 + 1056 × 32', 34_892_000],
  ),
  vector(
    'images',
    'a stream says at its end what all of it cost, previews among it',
    IMAGES,
    ['gpt-image-2', GPT_IMAGE_2],
    [
      { type: 'image_generation.partial_image', b64_json: '', partial_image_index: 0 },
      { type: 'image_generation.completed', b64_json: '', usage: drawn([13, 0], 296) },
    ],
    ['13 × 5 + 296 × 30', 8_945_000],
  ),
  vector(
    'image_edits',
    'pictures that go in have a price of their own',
    PRICING,
    ['gpt-image-2', GPT_IMAGE_2],
    { data: [{ b64_json: '' }], usage: drawn([31, 2_048], 1_756) },
    ['31 × 5 + 2048 × 8 + 1756 × 30', 69_219_000],
  ),
  vector(
    'image_edits',
    'a picture of one tile that goes in has 65 and 129 tokens',
    VISION,
    ['gpt-image-1', GPT_IMAGE_1],
    { data: [{ b64_json: '' }], usage: drawn([25, 194], 272) },
    ['25 × 5 + 194 × 10 + 272 × 40', 12_945_000],
  ),
  vector(
    'image_edits',
    'the same at the prices of a smaller model',
    MINI_PAGE,
    ['gpt-image-1-mini', GPT_IMAGE_1_MINI],
    { data: [{ b64_json: '' }], usage: drawn([25, 194], 272) },
    ['25 × 2 + 194 × 2.50 + 272 × 8', 2_711_000],
  ),
  vector(
    'image_edits',
    'of two pictures in one stream each says its own',
    IMAGES,
    ['gpt-image-2', GPT_IMAGE_2],
    [
      { type: 'image_edit.completed', b64_json: '', usage: drawn([31, 1_024], 196) },
      { type: 'image_edit.completed', b64_json: '', usage: drawn([31, 1_024], 196) },
    ],
    ['62 × 5 + 2048 × 8 + 392 × 30', 28_454_000],
  ),
  vector(
    'images',
    'by the piece, as many as came',
    PRICING,
    ['dall-e-3', DALL_E_3],
    { created: 1, data: [{ url: 'a' }, { url: 'b' }, { url: 'c' }] },
    ['3 × 40000', 120_000_000],
  ),
  vector(
    'speech',
    'text goes in and sound comes out',
    'https://platform.openai.com/docs/models/gpt-4o-mini-tts',
    ['gpt-4o-mini-tts', MINI_TTS],
    [
      { type: 'speech.audio.delta', audio: 'AAAA' },
      { type: 'speech.audio.done', usage: { input_tokens: 14, output_tokens: 101, total_tokens: 115 } },
    ],
    ['14 × 0.60 + 101 × 12', 1_220_400],
  ),
  vector(
    'transcriptions',
    'sound and text that go in have prices of their own',
    TRANSCRIPTION,
    ['gpt-4o-transcribe', TRANSCRIBE],
    { text: 'Stop.', usage: heard(14, 45, 12) },
    ['14 × 2.50 + 45 × 6 + 12 × 10', 425_000],
  ),
  vector(
    'transcriptions',
    'a stream says it at its end',
    TRANSCRIPTION,
    ['gpt-4o-transcribe', TRANSCRIBE],
    [
      { type: 'transcript.text.delta', delta: 'Stop.' },
      { type: 'transcript.text.done', text: 'Stop.', usage: heard(0, 100, 3) },
    ],
    ['100 × 6 + 3 × 10', 630_000],
  ),
  vector(
    'transcriptions',
    'by time, to the second',
    TRANSCRIPTION,
    ['whisper-1', WHISPER],
    { text: 'Stop.', usage: { type: 'duration', seconds: 7 } },
    ['7 × 100', 700_000],
  ),
  vector(
    'transcriptions',
    'a second that has begun is whole, where only the length is told',
    'https://platform.openai.com/docs/api-reference/audio/verbose-json-object',
    ['whisper-1', WHISPER],
    { task: 'transcribe', duration: 8.47, text: 'Stop.', segments: [] },
    ['9 × 100', 900_000],
  ),
  vector(
    'transcriptions',
    'a diarized transcript says its usage, and its length besides',
    TRANSCRIPTION,
    ['gpt-4o-transcribe-diarize', TRANSCRIBE],
    { task: 'transcribe', duration: 27.4, text: 'A: Stop.', segments: [], usage: heard(0, 274, 9) },
    ['274 × 6 + 9 × 10', 1_734_000],
  ),
  vector(
    'transcriptions',
    'a newer model by time as well',
    'https://platform.openai.com/docs/models/gpt-transcribe',
    ['gpt-transcribe', GPT_TRANSCRIBE],
    { text: 'Stop.', languages: [], usage: { type: 'duration', seconds: 61 } },
    ['61 × 75', 4_575_000],
  ),
  vector(
    'translations',
    'a translation is a recording like any other',
    PRICING,
    ['whisper-1', WHISPER],
    { language: 'english', duration: 120, text: 'Stop.', segments: [] },
    ['120 × 100', 12_000_000],
  ),
]
