import type { Refusal } from '../../behaviour.ts'
import type { Body } from '../../dialect.ts'
import { invalidRequest } from '../errors.ts'

/** https://platform.openai.com/docs/api-reference/responses/create */
const FIELDS: ReadonlySet<string> = new Set([
  'background',
  'client_metadata',
  'context_management',
  'conversation',
  'include',
  'input',
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'model',
  'moderation',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'service_tier',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
])

/** Whoever translates another dialect into this one is told of every field that has come along by mistake. */
export function unknownField(body: Body): Refusal | undefined {
  const unknown = Object.keys(body).find((name) => !FIELDS.has(name))
  if (unknown === undefined) return undefined
  return invalidRequest(`Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter')
}
