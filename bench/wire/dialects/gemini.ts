import { ANSWER, CACHED_TOKENS, FRESH_TOKENS, TEXT_TOKENS, THOUGHT_TOKENS, WORDS } from '../said.ts'
import type { Served } from './dialect.ts'

/** Gemini generateContent: https://ai.google.dev/api/generate-content */
const MODEL = 'gemini-2.5-flash'
/** Its input includes what was cached, its candidates leave out thoughts. */
const USAGE = {
  promptTokenCount: FRESH_TOKENS + CACHED_TOKENS,
  cachedContentTokenCount: CACHED_TOKENS,
  candidatesTokenCount: TEXT_TOKENS,
  thoughtsTokenCount: THOUGHT_TOKENS,
  totalTokenCount: FRESH_TOKENS + CACHED_TOKENS + TEXT_TOKENS + THOUGHT_TOKENS,
}

function answer(text: string, finishReason?: string): string {
  return JSON.stringify({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason, index: 0 }],
    // Every chunk of a stream has the usage so far.
    usageMetadata: USAGE,
    modelVersion: MODEL,
    responseId: 'bench0123456789',
  })
}

export const geminiServed: Served = {
  dialect: 'gemini',
  model: MODEL,
  version: 'v1beta',
  json: Buffer.from(answer(ANSWER, 'STOP')),
  stream: WORDS.map((text, index) =>
    Buffer.from(`data: ${answer(text, index === WORDS.length - 1 ? 'STOP' : undefined)}\r\n\r\n`),
  ),
}
