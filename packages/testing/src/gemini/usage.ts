import type { ProviderUsage } from '../prices.ts'

/**
 * Usage as Gemini tells it: what was read from the cache within the prompt, thoughts beside the candidates.
 * https://ai.google.dev/api/generate-content#UsageMetadata
 */
export function usageBody({ input, cachedInput, output, reasoning }: ProviderUsage): object {
  const prompt = input + cachedInput
  return {
    promptTokenCount: prompt,
    ...(cachedInput > 0
      ? { cachedContentTokenCount: cachedInput, cacheTokensDetails: textTokens(cachedInput) }
      : {}),
    candidatesTokenCount: output - reasoning,
    totalTokenCount: prompt + output,
    promptTokensDetails: textTokens(prompt),
    ...(reasoning > 0 ? { thoughtsTokenCount: reasoning } : {}),
  }
}

function textTokens(tokenCount: number): object[] {
  return [{ modality: 'TEXT', tokenCount }]
}
