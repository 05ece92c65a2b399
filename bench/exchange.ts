/** The one conversation that every target carries, as JSON and as a stream; nothing of it is left to chance. */

export const CHAT_PATH = '/v1/chat/completions'

/** What clients ask for; every target that can rewrites it to {@link SERVED_MODEL}. */
export const ASKED_MODEL = 'chat'
export const SERVED_MODEL = 'gpt-4o-mini'

/** What a client of an ordinary provider sends; the gateway's own keys take its place where there are any. */
export const CLIENT_AUTHORIZATION = 'Bearer sk-bench-a-key-as-long-as-a-real-one-0000000000'
export const PROVIDER_KEY = 'sk-bench-what-the-gateway-pays-its-provider-with-00'

const INPUT_TOKENS = 200
const OUTPUT_TOKENS = 300

export const TOKENS: number = INPUT_TOKENS + OUTPUT_TOKENS

/** In USD per million tokens, as a config has them. */
export const PRICE = { input: '0.15', output: '0.60', cached_input: '0.075' } as const

/** The same prices in nano-USD a token: what one request must have cost, by arithmetic of the bench's own. */
export const CHARGE_NANO_USD: number = INPUT_TOKENS * 150 + OUTPUT_TOKENS * 600

const MESSAGES = [
  {
    role: 'system',
    content: 'You are a helpful assistant. Answer in plain words, and say where you are not sure.',
  },
  { role: 'user', content: 'What makes the sea salty? '.repeat(24) },
]

const ASKED = { model: ASKED_MODEL, messages: MESSAGES, temperature: 0.7 }

export const JSON_REQUEST: string = JSON.stringify(ASKED)

/** The client asks for the usage chunk itself, so that every target forwards the same bytes. */
export const STREAM_REQUEST: string = JSON.stringify({
  ...ASKED,
  stream: true,
  stream_options: { include_usage: true },
})

const USAGE = {
  prompt_tokens: INPUT_TOKENS,
  completion_tokens: OUTPUT_TOKENS,
  total_tokens: TOKENS,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
}

const HEAD = { id: 'chatcmpl-bench0123456789', created: 1_763_000_000, model: SERVED_MODEL }

/** About 2 kB, most of it text. */
export const JSON_ANSWER: Buffer = Buffer.from(
  JSON.stringify({
    ...HEAD,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Rivers carry dissolved rock into the sea. '.repeat(38),
          refusal: null,
        },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: USAGE,
    system_fingerprint: 'fp_bench',
  }),
)

const CONTENT_CHUNKS = 64

/** Content chunk by chunk, then the usage, then the terminal event: what a provider writes, one write each. */
export const STREAM_ANSWER: readonly Buffer[] = [
  ...Array.from({ length: CONTENT_CHUNKS }, (_, index) =>
    event({
      choices: [{ index: 0, delta: { content: ` word${index}` }, logprobs: null, finish_reason: null }],
      usage: null,
    }),
  ),
  event({ choices: [], usage: USAGE }),
  Buffer.from('data: [DONE]\n\n'),
]

/** No target may answer less; Tollgate adds a comment to streams. */
export const STREAM_ANSWER_BYTES: number = STREAM_ANSWER.reduce((sum, chunk) => sum + chunk.length, 0)

function event(fields: object): Buffer {
  const chunk = { ...HEAD, object: 'chat.completion.chunk', system_fingerprint: 'fp_bench', ...fields }
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)
}
