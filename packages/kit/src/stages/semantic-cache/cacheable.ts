import { isObject, type JsonObject } from '../../core/json-object.ts'
import { isMedia, type Part } from '../../wire/neutral/part.ts'
import type { Provider } from '../../wire/provider.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'
import type { TranslatingFormat } from '../../wire/translate-call.ts'
import type { WholePolicy } from './policy.ts'

/** A call whose answer can be said again in its client's dialect. */
export type CacheableCall = ReceivedCall & { readonly format: TranslatingFormat }

/** Why the cache has nothing to do with a request. Words of a closed set: they become labels of a metric. */
export type Uncacheable =
  | 'endpoint'
  | 'too_large'
  | 'choices'
  | 'audio'
  | 'logprobs'
  | 'stored_conversation'
  | 'hosted_tools'
  | 'hidden_input'
  | 'sampling'

/** The largest request that is looked for, bytes. */
const MAX_REQUEST_BYTES = 256 * 1024
const MAX_CHOICES = 4

/** Models say the same again below it, more or less. */
const STEADY_TEMPERATURE = 0.3

export function isConversation(call: ReceivedCall): call is CacheableCall {
  return call.atEndpoint && call.form === undefined && call.format.translation !== undefined
}

/**
 * Why a conversation's answer is neither kept nor given again: what it depends on is not all in the request, or it says more
 * than an answer's text, or its sender wants another one each time.
 */
export function whyNot(
  call: CacheableCall,
  provider: Provider,
  { sampling }: Pick<WholePolicy, 'sampling'>,
): Uncacheable | undefined {
  if (call.bytes.length > MAX_REQUEST_BYTES) return 'too_large'
  if (call.choices > MAX_CHOICES) return 'choices'
  if (call.audioInput || call.audioOutput) return 'audio'
  if (call.continues !== undefined || isStoredFor(call, provider)) return 'stored_conversation'
  if (call.unpriced.some((feature) => !TIERS.has(feature))) return 'hosted_tools'
  if (call.unboundedInput && hidesInput(call)) return 'hidden_input'
  const asked = samplingOf(call)
  if (asked.logprobs) return 'logprobs'
  const isSteady = asked.hasSeed || (asked.temperature ?? 1) <= STEADY_TEMPERATURE
  return sampling === 'any' || isSteady ? undefined : 'sampling'
}

/** A service tier has its price, and says the same. */
const TIERS: ReadonlySet<string> = new Set(['service_tier', 'serviceTier'])

/** Whoever may go on with what a provider stores would look there for an answer that it never gave. */
function isStoredFor({ endpoint, body }: CacheableCall, { conversations }: Provider): boolean {
  const goesOn = conversations === 'shared' || conversations === 'owned'
  return endpoint === 'responses' && goesOn && body.store !== false
}

/** Whether something is read that is not in the request: pages and files by their address, what is stored under an id. */
function hidesInput({ format, body, target }: CacheableCall): boolean {
  try {
    const { turns, tools = [], foreign } = format.translation.readRequest(body, target)
    const isTold = foreign.length === 0 && tools.every(({ type }) => type !== 'foreign')
    return !isTold || turns.some(({ parts }) => parts.some(isHidden))
  } catch {
    // What only its own provider can read, nobody here knows the whole of.
    return true
  }
}

function isHidden(part: Part): boolean {
  if (part.type === 'foreign') return true
  if (part.type === 'tool_result') return part.parts.some(isHidden)
  return isMedia(part) && part.source.from !== 'data' && part.source.from !== 'text'
}

interface Sampled {
  readonly temperature: number | undefined
  readonly hasSeed: boolean
  readonly logprobs: boolean
}

/** What a request says of chance, read from its own fields: a translation of all of it would take longer than a hit. */
function samplingOf({ endpoint, body }: CacheableCall): Sampled {
  const { generationConfig, generation_config: snake } = body
  const config: JsonObject =
    endpoint !== 'generate'
      ? body
      : isObject(generationConfig)
        ? generationConfig
        : isObject(snake)
          ? snake
          : {}
  const { temperature, seed, logprobs, top_logprobs, responseLogprobs, response_logprobs } = config
  const isAsked = (value: unknown) => value !== undefined && value !== null && value !== false && value !== 0
  return {
    temperature: typeof temperature === 'number' ? temperature : undefined,
    hasSeed: typeof seed === 'number',
    logprobs: [logprobs, top_logprobs, responseLogprobs, response_logprobs, includesLogprobs(body)].some(
      isAsked,
    ),
  }
}

/** Responses asks for them by name: https://platform.openai.com/docs/api-reference/responses/create#responses-create-include */
function includesLogprobs({ include }: JsonObject): boolean {
  return (
    Array.isArray(include) && include.some((name) => typeof name === 'string' && name.endsWith('logprobs'))
  )
}
