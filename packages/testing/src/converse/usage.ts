import type { ProviderUsage } from '../prices.ts'

/** Usage as Converse tells it, cache beside the input: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html */
export function usageBody(usage: ProviderUsage): object {
  const { input, cachedInput, cacheWrite = 0, cacheWrite1h = 0, output } = usage
  const written = cacheWrite + cacheWrite1h
  return {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + output + cachedInput + written,
    cacheReadInputTokens: cachedInput,
    cacheWriteInputTokens: written,
  }
}
