import type { FinishReason } from '../../neutral/answer.ts'

/** https://ai.google.dev/api/generate-content#FinishReason */
const READ: ReadonlyMap<string, FinishReason> = new Map([
  ['STOP', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['SAFETY', 'content_filter'],
  ['RECITATION', 'content_filter'],
  ['LANGUAGE', 'content_filter'],
  ['BLOCKLIST', 'content_filter'],
  ['PROHIBITED_CONTENT', 'content_filter'],
  ['SPII', 'content_filter'],
  ['IMAGE_SAFETY', 'content_filter'],
  ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
  ['IMAGE_RECITATION', 'content_filter'],
  ['CONTINUATION', 'pause'],
])

/** Why a candidate ended. Gemini says STOP of one that waits for results, too; malformed calls and all else have failed. */
export function readFinish(reason: string, calls: boolean): FinishReason {
  const read = READ.get(reason) ?? 'error'
  return read === 'stop' && calls ? 'tool_calls' : read
}

const WRITTEN: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  content_filter: 'SAFETY',
  refusal: 'SAFETY',
  // CONTINUATION would make the SDKs send the request again, with a token that nobody has given.
  pause: 'OTHER',
  error: 'OTHER',
}

export function writeFinish(reason: FinishReason): string {
  return WRITTEN[reason]
}
