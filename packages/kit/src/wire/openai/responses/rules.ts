import type { AnswerRules } from '../../answer-reader.ts'
import { isObject, type JsonObject, parseObject } from '../../json.ts'
import type { StreamRules } from '../../stream-reader.ts'
import type { Usage } from '../../usage.ts'
import { readResponsesUsage, withTier } from '../usage.ts'

/** How an answer is read: https://platform.openai.com/docs/api-reference/responses/object */
export const RESPONSES_ANSWER: AnswerRules = {
  usageField: 'usage',
  modelField: 'model',
  usage: (usage, other) => readBeside(usage, other('service_tier'), other('tool_usage')),
  goesOn: (other) => UNFINISHED.has(other('status')),
  texts: (body) => (isObject(body) && Array.isArray(body.output) ? body.output.flatMap(generatedTexts) : []),
}

/** What a background response says when it is asked for: https://platform.openai.com/docs/guides/background */
const UNFINISHED: ReadonlySet<unknown> = new Set(['queued', 'in_progress'])

/** Stands in events with a whole response, of which there are few. */
const WHOLE_RESPONSE = '"incomplete_details"'

/**
 * How a stream is read: https://platform.openai.com/docs/api-reference/responses-streaming. Only events with a whole
 * response have usage; only those, and few of them, say whether something is incomplete.
 */
export const RESPONSES_STREAM: StreamRules = {
  usageMarks: ['"input_tokens"'],
  terminalMark: WHOLE_RESPONSE,
  // Parsed, because a request's tools are repeated in the first events, and may look like anything.
  isTerminal: (data) => data.includes(WHOLE_RESPONSE) && TERMINAL.has(parseObject(data)?.type),
  finishMarks: [],
  usage({ response }, known) {
    if (!isObject(response)) return undefined
    const { usage, service_tier: tier, tool_usage: tools } = response
    return readBeside(usage, tier ?? known?.serviceTier, tools)
  },
  model: ({ response }) =>
    isObject(response) && typeof response.model === 'string' ? response.model : undefined,
  generated({ type, delta, output_index: item, content_index: content, summary_index: summary }) {
    if (typeof delta !== 'string' || typeof type !== 'string' || NOT_TEXT.has(type)) return []
    return [[`${item}.${content ?? summary ?? 0}`, [delta]]]
  },
}

const TERMINAL: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
])

const NOT_TEXT: ReadonlySet<string> = new Set(['response.audio.delta'])

/** Usage with what stands beside it in a response: the tier that served it, and searches, which have a fee each. */
function readBeside(usage: unknown, tier: unknown, tools: unknown): Usage | undefined {
  const read = withTier(readResponsesUsage(usage), tier)
  const search = isObject(tools) ? tools.web_search : undefined
  const webSearches = isObject(search) ? search.num_requests : undefined
  if (!read || typeof webSearches !== 'number' || !Number.isSafeInteger(webSearches) || webSearches < 1)
    return read
  return { ...read, webSearches }
}

/** What a model generated of an item: its text, and the arguments and names of what it calls. */
function generatedTexts(item: unknown): string[] {
  if (!isObject(item)) return []
  const { name, arguments: args, input, code, content, summary } = item
  const plain = [name, args, input, code].filter((text) => typeof text === 'string')
  return [...plain, ...partTexts(content), ...partTexts(summary)]
}

function partTexts(parts: unknown): string[] {
  if (!Array.isArray(parts)) return []
  return parts.flatMap((part: JsonObject) =>
    [part?.text, part?.refusal].filter((text) => typeof text === 'string'),
  )
}
