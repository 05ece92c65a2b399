import type { TypicalOutput } from '../../meter/typical-output.ts'
import type { Call } from '../../wire/call.ts'
import type { Endpoint } from '../../wire/endpoint.ts'

/** About as many bytes of English text and JSON as become one token; other scripts take fewer, and are put right at the end. */
const BYTES_PER_TOKEN = 4
/** Of an answer of which nothing is known. */
const OUTPUT_TOKENS = 1_000

/** Endpoints that answer with text of their own. */
const ANSWERS: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'chat',
  'responses',
  'completions',
  'messages',
  'generate',
  'converse',
])

/**
 * The tokens that a call will probably use, input and output: its own cap, or what its caller's answers have been like when
 * that is less. An estimate, and no bound: what it really used takes its place at the end.
 */
export function expectedTokens(call: Call, typical: TypicalOutput | undefined): number {
  const input = Math.ceil(call.inputBytes / BYTES_PER_TOKEN)
  if (!ANSWERS.has(call.endpoint)) return input
  const usual = typical?.p95 ?? Math.min(OUTPUT_TOKENS, call.maxOutputTokens ?? OUTPUT_TOKENS)
  return input + Math.min(usual, call.maxOutputTokens ?? usual) * call.choices
}
