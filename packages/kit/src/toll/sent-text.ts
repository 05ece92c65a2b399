import { type SentText, STEP_CHARS } from '../meter/sent-before.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import type { ReceivedCall } from '../wire/received-call.ts'

/** Where a request's conversation stands, and what stands beside it and is read as well. */
interface Layout {
  readonly growing: string
  readonly beside: readonly string[]
}

const LAYOUTS: Readonly<Partial<Record<Endpoint, Layout>>> = {
  chat: { growing: 'messages', beside: ['tools', 'functions'] },
  responses: { growing: 'input', beside: ['instructions', 'tools'] },
  messages: { growing: 'messages', beside: ['system', 'tools'] },
  generate: { growing: 'contents', beside: ['systemInstruction', 'system_instruction', 'tools'] },
}

/** Fields that change nothing about what is read; of all others it is taken that they may. */
const INERT: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'temperature',
  'top_p',
  'top_k',
  'seed',
  'stop',
  'stop_sequences',
  'user',
  'metadata',
  'prompt_cache_key',
  'safety_identifier',
])

/** With it a provider may leave out some of one request, and not of the next. */
const FORGETS = 'context_management'

/**
 * The text of a call, to be compared with what was sent before; undefined where not all of its input is text, and where
 * there is too little of it to be remembered.
 */
export function sentTextOf({ endpoint, unboundedInput, text, fields }: ReceivedCall): SentText | undefined {
  const { spans, duplicates } = fields
  const layout = LAYOUTS[endpoint]
  if (!layout || unboundedInput || duplicates.size > 0 || spans.has(FORGETS)) return undefined
  const { growing, beside } = layout
  const valueAt = (name: string): string => {
    const span = spans.get(name)
    return span ? text.slice(span.start, span.end) : ''
  }
  const conversation = valueAt(growing)
  if (conversation.length < STEP_CHARS) return undefined
  const isText = (name: string) => name === growing || beside.includes(name)
  const deciding = [...spans.keys()].filter((name) => !isText(name) && !INERT.has(name)).sort()
  return {
    context: JSON.stringify([endpoint, deciding.map((name) => [name, valueAt(name)])]),
    fields: Object.fromEntries(beside.filter((name) => spans.has(name)).map((name) => [name, valueAt(name)])),
    growing: conversation,
  }
}
