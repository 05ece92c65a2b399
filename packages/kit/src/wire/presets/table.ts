import type { Preset } from './preset.ts'

/** What many servers of OpenAI's dialect have in common: they know the older fields, and not what came after. */
const NEWER_FIELDS = ['service_tier', 'verbosity', 'prompt_cache_key'] as const

/**
 * Providers whom many call, a row each. Nothing here is code: what a row says is acted on by the room of its dialect, which
 * knows no provider by name.
 */
export const PRESETS: readonly Preset[] = [
  {
    name: 'openai',
    dialect: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    variables: { apiKey: 'OPENAI_API_KEY', baseUrl: 'OPENAI_BASE_URL' },
    priceAs: 'openai',
    quirks: { conversations: ['chat', 'responses'] },
    page: 'https://platform.openai.com/docs/api-reference',
  },
  {
    name: 'anthropic',
    dialect: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    variables: { apiKey: 'ANTHROPIC_API_KEY', baseUrl: 'ANTHROPIC_BASE_URL' },
    priceAs: 'anthropic',
    page: 'https://platform.claude.com/docs/en/api/overview',
  },
  {
    name: 'gemini',
    dialect: 'gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    variables: { apiKey: 'GEMINI_API_KEY', baseUrl: 'GEMINI_BASE_URL' },
    priceAs: 'google',
    page: 'https://ai.google.dev/api',
  },
  {
    name: 'mistral',
    dialect: 'openai',
    baseUrl: 'https://api.mistral.ai/v1',
    variables: { apiKey: 'MISTRAL_API_KEY' },
    endpoints: ['chat', 'embeddings'],
    priceAs: 'mistral',
    quirks: {
      capField: 'max_tokens',
      streamUsage: 'untold',
      developerRole: 'system',
      // Unknown fields are refused with 422.
      unsupported: [...NEWER_FIELDS, 'user', 'seed', 'logit_bias'],
    },
    page: 'https://docs.mistral.ai/api/endpoint/chat',
  },
  {
    name: 'groq',
    dialect: 'openai',
    baseUrl: 'https://api.groq.com/openai/v1',
    variables: { apiKey: 'GROQ_API_KEY' },
    endpoints: ['chat', 'responses', 'transcriptions', 'translations', 'speech'],
    priceAs: 'groq',
    quirks: {
      usage: { elsewhere: 'x_groq.usage' },
      unsupported: ['verbosity', 'prompt_cache_key', 'logit_bias', 'n'],
    },
    page: 'https://console.groq.com/docs/openai',
  },
  {
    name: 'deepseek',
    dialect: 'openai',
    baseUrl: 'https://api.deepseek.com/v1',
    variables: { apiKey: 'DEEPSEEK_API_KEY' },
    endpoints: ['chat'],
    priceAs: 'deepseek',
    quirks: {
      capField: 'max_tokens',
      usage: { cachedInput: 'prompt_cache_hit_tokens' },
      developerRole: 'system',
      unsupported: [...NEWER_FIELDS, 'user', 'seed', 'logit_bias', 'n', 'parallel_tool_calls'],
    },
    page: 'https://api-docs.deepseek.com/api/create-chat-completion',
  },
  {
    name: 'xai',
    dialect: 'openai',
    baseUrl: 'https://api.x.ai/v1',
    variables: { apiKey: 'XAI_API_KEY' },
    endpoints: ['chat', 'responses', 'images'],
    priceAs: 'x-ai',
    quirks: {
      capField: 'max_completion_tokens',
      usage: { reasoning: 'beside' },
      unsupported: [...NEWER_FIELDS, 'logit_bias'],
      conversations: ['chat', 'responses'],
    },
    page: 'https://docs.x.ai/docs/api-reference#chat-completions',
  },
  {
    name: 'together',
    dialect: 'openai',
    baseUrl: 'https://api.together.xyz/v1',
    variables: { apiKey: 'TOGETHER_API_KEY' },
    endpoints: ['chat', 'completions', 'embeddings', 'images'],
    priceAs: 'together',
    quirks: {
      capField: 'max_tokens',
      developerRole: 'system',
      unsupported: [...NEWER_FIELDS, 'user', 'parallel_tool_calls'],
    },
    page: 'https://docs.together.ai/reference/chat-completions',
  },
  {
    name: 'openrouter',
    dialect: 'openai',
    baseUrl: 'https://openrouter.ai/api/v1',
    variables: { apiKey: 'OPENROUTER_API_KEY' },
    endpoints: ['chat', 'completions', 'embeddings', 'responses'],
    priceAs: 'openrouter',
    page: 'https://openrouter.ai/docs/api-reference/overview',
  },
  {
    name: 'fireworks',
    dialect: 'openai',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    variables: { apiKey: 'FIREWORKS_API_KEY' },
    endpoints: ['chat', 'completions', 'embeddings', 'responses'],
    priceAs: 'fireworks',
    quirks: {
      capField: 'max_tokens',
      developerRole: 'system',
      unsupported: NEWER_FIELDS,
    },
    page: 'https://docs.fireworks.ai/api-reference/post-chatcompletions',
  },
  {
    name: 'cohere',
    dialect: 'openai',
    baseUrl: 'https://api.cohere.ai/compatibility/v1',
    variables: { apiKey: 'CO_API_KEY' },
    endpoints: ['chat', 'embeddings'],
    priceAs: 'cohere',
    quirks: {
      capField: 'max_tokens',
      usage: { billed: 'billed_units' },
      developerRole: 'system',
      unsupported: [...NEWER_FIELDS, 'user', 'logit_bias', 'n', 'parallel_tool_calls'],
    },
    page: 'https://docs.cohere.com/docs/compatibility-api',
  },
  {
    name: 'ollama',
    dialect: 'openai',
    baseUrl: 'http://127.0.0.1:11434/v1',
    endpoints: ['chat', 'completions', 'embeddings', 'responses'],
    billing: 'none',
    quirks: {
      capField: 'max_tokens',
      developerRole: 'system',
      unsupported: [...NEWER_FIELDS, 'user', 'logit_bias', 'n', 'parallel_tool_calls'],
    },
    page: 'https://docs.ollama.com/api/openai-compatibility',
  },
  {
    name: 'vllm',
    dialect: 'openai',
    baseUrl: 'http://127.0.0.1:8000/v1',
    endpoints: ['chat', 'completions', 'embeddings', 'responses', 'transcriptions', 'translations'],
    billing: 'none',
    page: 'https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html',
  },
  {
    name: 'lmstudio',
    dialect: 'openai',
    baseUrl: 'http://127.0.0.1:1234/v1',
    endpoints: ['chat', 'completions', 'embeddings', 'responses'],
    billing: 'none',
    quirks: { capField: 'max_tokens', developerRole: 'system', unsupported: NEWER_FIELDS },
    page: 'https://lmstudio.ai/docs/app/api/endpoints/openai',
  },
]

const byName = new Map(PRESETS.map((preset) => [preset.name, preset]))
const byOrigin = new Map(PRESETS.map((preset) => [new URL(preset.baseUrl).origin, preset]))

/** What is known of a provider by this name. */
export function presetNamed(name: string): Preset | undefined {
  return byName.get(name)
}

/** What is known of whoever is at this address, which is one of a server for many: nothing of a machine's own. */
export function presetAt(baseUrl: string): Preset | undefined {
  const preset = byOrigin.get(new URL(baseUrl).origin)
  return preset?.billing === 'none' ? undefined : preset
}
