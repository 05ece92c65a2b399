import {
  ANSWER,
  CACHED_TOKENS,
  FRESH_TOKENS,
  MAX_TOKENS,
  QUESTION,
  SYSTEM,
  TEXT_TOKENS,
  THOUGHT_TOKENS,
  WORDS,
} from '../said.ts'
import { type Client, eventsOf, type Kind, type Served } from './dialect.ts'

/** OpenAI Chat Completions: https://platform.openai.com/docs/api-reference/chat */
const MODEL = 'gpt-4o-mini'
const INPUT = FRESH_TOKENS + CACHED_TOKENS
const OUTPUT = TEXT_TOKENS + THOUGHT_TOKENS
const USAGE = {
  prompt_tokens: INPUT,
  completion_tokens: OUTPUT,
  total_tokens: INPUT + OUTPUT,
  prompt_tokens_details: { cached_tokens: CACHED_TOKENS, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: THOUGHT_TOKENS, audio_tokens: 0 },
}
const HEAD = {
  id: 'chatcmpl-bench0123456789',
  created: 1_763_000_000,
  model: MODEL,
  system_fingerprint: 'fp_bench',
}

function event(fields: object): Buffer {
  return Buffer.from(`data: ${JSON.stringify({ ...HEAD, object: 'chat.completion.chunk', ...fields })}\n\n`)
}

function choice(delta: object, finish_reason: string | null = null): Buffer {
  return event({ choices: [{ index: 0, delta, logprobs: null, finish_reason }], usage: null })
}

export const chatServed: Served = {
  dialect: 'openai',
  model: MODEL,
  version: 'v1',
  json: Buffer.from(
    JSON.stringify({
      ...HEAD,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          logprobs: null,
          finish_reason: 'stop',
          message: { role: 'assistant', content: ANSWER, refusal: null },
        },
      ],
      usage: USAGE,
    }),
  ),
  stream: [
    choice({ role: 'assistant', content: '' }),
    ...WORDS.map((content) => choice({ content })),
    choice({}, 'stop'),
    event({ choices: [], usage: USAGE }),
    Buffer.from('data: [DONE]\n\n'),
  ],
}

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string } }[]
}

interface CompletionChunk {
  readonly choices?: readonly { readonly delta: { readonly content?: string | null } }[]
}

export const chatClient: Client = {
  name: 'OpenAI Chat',
  path: '/v1/chat/completions',
  headers: { authorization: 'Bearer sk-bench-a-key-as-long-as-a-real-one-0000000000' },
  model: MODEL,
  request: (model, kind) =>
    JSON.stringify({
      model,
      max_tokens: MAX_TOKENS,
      messages: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content: QUESTION },
      ],
      // It asks for the usage chunk itself, so that what passes, passes whole.
      ...(kind === 'stream' ? { stream: true, stream_options: { include_usage: true } } : {}),
    }),
  textOf(answer: string, kind: Kind) {
    if (kind === 'json') return (JSON.parse(answer) as Completion).choices[0]!.message.content
    const chunks = eventsOf<CompletionChunk>(answer)
    return chunks.flatMap(({ choices }) => choices?.[0]?.delta.content ?? []).join('')
  },
}
