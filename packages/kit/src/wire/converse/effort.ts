import type { JsonObject } from '../json.ts'
import type { Reasoning } from '../neutral/conversation.ts'

/** OpenAI's open models, with a region before the name or without. */
const GPT_OSS = /(?:^|\.)openai\.gpt-oss-/

const EFFORTS = {
  none: 'low',
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
} as const satisfies Record<NonNullable<Reasoning['effort']>, string>

/**
 * How much to think. Converse has no field for it; what it passes on to a model has that model's own:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html. Those of Amazon's own models are not
 * filled in: nothing says that a cap holds what they think, and at the highest effort they take none
 * (https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html).
 */
export function writeEffort(reasoning: Reasoning | undefined, model = ''): JsonObject {
  const { effort } = reasoning ?? {}
  if (effort === undefined || !GPT_OSS.test(model)) return {}
  return { additionalModelRequestFields: { reasoning_effort: EFFORTS[effort] } }
}
