import type { ProviderUsage } from '../prices.ts'

/**
 * Usage as Anthropic tells it: `input_tokens` without what was read from the cache and what was written to it, thinking
 * within the output. https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
export function usageBody(usage: ProviderUsage): object {
  const { cacheWrite = 0, cacheWrite1h = 0, reasoning } = usage
  return {
    ...countsOf(usage),
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: cacheWrite1h },
    output_tokens_details: reasoning > 0 ? { thinking_tokens: reasoning } : null,
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: 'not_available',
    speed: null,
  }
}

/** What the end of a stream repeats: all that has been counted, and nothing that stands still. */
export function lastUsage(usage: ProviderUsage): object {
  const { reasoning } = usage
  return {
    ...countsOf(usage),
    ...(reasoning > 0 ? { output_tokens_details: { thinking_tokens: reasoning } } : {}),
    server_tool_use: null,
  }
}

function countsOf({ input, cachedInput, cacheWrite = 0, cacheWrite1h = 0, output }: ProviderUsage): object {
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite + cacheWrite1h,
    cache_read_input_tokens: cachedInput,
    output_tokens: output,
  }
}
