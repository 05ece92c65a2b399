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
      // Unknown fields are refused with 422, `max_completion_tokens` and `stream_options` among them; its seed is
      // `random_seed`, and it keeps prompts by `prompt_cache_key`. What it knows is what its own client says:
      // https://github.com/mistralai/client-ts/blob/main/src/models/components/chatcompletionrequest.ts
      unsupported: ['service_tier', 'verbosity', 'user', 'seed', 'logit_bias', 'logprobs', 'top_logprobs'],
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
      // Streams say it in their last chunk: https://github.com/groq/groq-typescript/blob/main/src/resources/chat/completions.ts
      usage: { elsewhere: 'x_groq.usage' },
      // Log probabilities, biases and more than one answer are refused with 400 (https://console.groq.com/docs/openai);
      // penalties and metadata no model has, and tiers have names of its own (https://console.groq.com/docs/api-reference).
      unsupported: [
        ...NEWER_FIELDS,
        ...['logit_bias', 'logprobs', 'top_logprobs', 'n'],
        ...['frequency_penalty', 'presence_penalty', 'metadata'],
      ],
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
      // What came from the cache is inside `prompt_tokens`: https://api-docs.deepseek.com/guides/kv_cache
      usage: { cachedInput: 'prompt_cache_hit_tokens' },
      developerRole: 'system',
      // None of these is among the fields that the page names.
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
      // `reasoning_tokens` stand beside `completion_tokens`, and `total_tokens` is the sum of all three; an answer that says
      // so: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/grok/capabilities/reasoning
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
      // Roles and fields as https://github.com/togethercomputer/openapi/blob/main/openapi.yaml has them; `logprobs` is a
      // number there, and not OpenAI's switch.
      developerRole: 'system',
      unsupported: [
        ...NEWER_FIELDS,
        ...['user', 'parallel_tool_calls', 'metadata', 'logprobs', 'top_logprobs'],
      ],
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
      // It has developers' messages: https://docs.cohere.com/docs/compatibility-api#state-management
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
      // `tool_choice`, biases, `user` and `n` are named as missing:
      // https://github.com/ollama/ollama/blob/main/docs/api/openai-compatibility.mdx
      unsupported: [
        ...NEWER_FIELDS,
        ...['user', 'logit_bias', 'n', 'parallel_tool_calls', 'tool_choice', 'metadata'],
      ],
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
