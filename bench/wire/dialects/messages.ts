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

/** Anthropic Messages: https://platform.claude.com/docs/en/api/messages */
const MODEL = 'claude-sonnet-4-5'
const HEAD = { id: 'msg_bench0123456789', type: 'message', role: 'assistant', model: MODEL }
/** Its input leaves out what was cached, its output includes thoughts. */
const INPUT_USAGE = {
  input_tokens: FRESH_TOKENS,
  cache_read_input_tokens: CACHED_TOKENS,
  cache_creation_input_tokens: 0,
}
const USAGE = { ...INPUT_USAGE, output_tokens: TEXT_TOKENS + THOUGHT_TOKENS }
const STOP = { stop_reason: 'end_turn', stop_sequence: null }

function event(type: string, fields: object): Buffer {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`)
}

export const messagesServed: Served = {
  dialect: 'anthropic',
  model: MODEL,
  version: 'v1',
  json: Buffer.from(
    JSON.stringify({ ...HEAD, content: [{ type: 'text', text: ANSWER }], ...STOP, usage: USAGE }),
  ),
  stream: [
    event('message_start', {
      message: {
        ...HEAD,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...INPUT_USAGE, output_tokens: 1 },
      },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...WORDS.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: STOP, usage: USAGE }),
    event('message_stop', {}),
  ],
}

interface Message {
  readonly content: readonly { readonly text: string }[]
}

interface MessageEvent {
  readonly delta?: { readonly text?: string }
}

export const messagesClient: Client = {
  name: 'Anthropic',
  path: '/v1/messages',
  headers: {
    'x-api-key': 'sk-ant-bench-a-key-as-long-as-a-real-one-000000000',
    'anthropic-version': '2023-06-01',
  },
  model: MODEL,
  request: (model, kind) =>
    JSON.stringify({
      model,
      max_tokens: MAX_TOKENS,
      system: SYSTEM,
      messages: [{ role: 'user', content: QUESTION }],
      ...(kind === 'stream' ? { stream: true } : {}),
    }),
  textOf(answer: string, kind: Kind) {
    if (kind === 'json') return (JSON.parse(answer) as Message).content.map(({ text }) => text).join('')
    return eventsOf<MessageEvent>(answer)
      .flatMap(({ delta }) => delta?.text ?? [])
      .join('')
  },
}
