import type { Refusal } from '../behaviour.ts'
import type { Body } from '../dialect.ts'
import type { House } from '../house.ts'
import type { ProviderUsage } from '../prices.ts'
import { invalidRequest } from './errors.ts'
import { usageBody } from './usage.ts'

const READ = ({ input, cachedInput }: ProviderUsage) => input + cachedInput

/** Ways of real providers, each as its own pages tell them: written apart from the kit's presets, which are held to them. */
export const HOUSES = {
  /** https://docs.mistral.ai/api/endpoint/chat, https://github.com/mistralai/client-ts/blob/main/src/models/components/chatcompletionrequest.ts */
  mistral: {
    capField: 'max_tokens',
    refuses: ['stream_options', 'user', 'seed', 'service_tier', 'verbosity', 'logit_bias', 'logprobs'],
    noDeveloper: true,
    tells: 'untold',
  },
  /** https://console.groq.com/docs/openai */
  groq: { chunkField: 'x_groq', refuses: ['logit_bias', 'logprobs', 'top_logprobs'] },
  /** https://api-docs.deepseek.com/api/create-chat-completion */
  deepseek: {
    capField: 'max_tokens',
    noDeveloper: true,
    usage: (usage) => ({
      prompt_tokens: READ(usage),
      completion_tokens: usage.output,
      total_tokens: READ(usage) + usage.output,
      prompt_cache_hit_tokens: usage.cachedInput,
      prompt_cache_miss_tokens: usage.input,
      completion_tokens_details: { reasoning_tokens: usage.reasoning },
    }),
  },
  /** https://docs.x.ai/docs/guides/reasoning */
  xai: {
    capField: 'max_completion_tokens',
    tells: 'every-chunk',
    usage: (usage) => ({
      prompt_tokens: READ(usage),
      completion_tokens: usage.output - usage.reasoning,
      prompt_tokens_details: { cached_tokens: usage.cachedInput },
      completion_tokens_details: { reasoning_tokens: usage.reasoning },
    }),
  },
  /** https://docs.cohere.com/docs/compatibility-api; what it reads is more than what it bills. */
  cohere: {
    capField: 'max_tokens',
    refuses: ['service_tier', 'logit_bias', 'n', 'parallel_tool_calls'],
    usage: (usage) => ({
      prompt_tokens: READ(usage) + COHERE_PREAMBLE_TOKENS,
      completion_tokens: usage.output,
      total_tokens: READ(usage) + COHERE_PREAMBLE_TOKENS + usage.output,
      billed_units: { input_tokens: READ(usage), output_tokens: usage.output },
    }),
  },
  /** https://docs.together.ai/reference/chat-completions */
  together: { capField: 'max_tokens', noDeveloper: true, tells: 'twice' },
  /** https://docs.fireworks.ai/api-reference/post-chatcompletions */
  fireworks: { capField: 'max_tokens', noDeveloper: true },
  /** https://openrouter.ai/docs/api-reference/overview */
  openrouter: {},
  /** https://docs.ollama.com/api/openai-compatibility */
  ollama: { capField: 'max_tokens', noDeveloper: true, refuses: ['logit_bias', 'n', 'user'] },
  /** https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
  vllm: {},
  /** https://lmstudio.ai/docs/app/api/endpoints/openai */
  lmstudio: { capField: 'max_tokens', noDeveloper: true },
} as const satisfies Readonly<Record<string, House>>

/** What Cohere puts before every conversation, and bills nobody for. */
const COHERE_PREAMBLE_TOKENS = 71

/** What of a request its house does not take. */
export function refusedBy(
  { capField, refuses = [], noDeveloper = false }: House,
  body: Body,
): Refusal | undefined {
  const other = capField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens'
  const unknown = capField === undefined ? refuses : [...refuses, other]
  const field = unknown.find((name) => body[name] !== undefined)
  if (field !== undefined) return { ...invalidRequest('Extra inputs are not permitted', field), status: 422 }
  const { messages } = body
  const roles = Array.isArray(messages) ? messages.map((message) => (message as Body).role) : []
  return noDeveloper && roles.includes('developer')
    ? invalidRequest('Invalid role: developer', 'messages')
    : undefined
}

/** Usage in the words of a house. */
export function usageAt({ usage = usageBody }: House, counted: ProviderUsage): object {
  return usage(counted)
}
