import type { ProviderUsage } from '../prices.ts'

/** Usage as OpenAI tells it: cached input within the prompt, reasoning within the completion. */
export function usageBody({ input, cachedInput, output, reasoning }: ProviderUsage): object {
  return {
    prompt_tokens: input + cachedInput,
    completion_tokens: output,
    total_tokens: input + cachedInput + output,
    prompt_tokens_details: { cached_tokens: cachedInput, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** The same in the words of Responses. */
export function responsesUsage({ input, cachedInput, output, reasoning }: ProviderUsage): object {
  return {
    input_tokens: input + cachedInput,
    input_tokens_details: { cached_tokens: cachedInput },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + cachedInput + output,
  }
}
