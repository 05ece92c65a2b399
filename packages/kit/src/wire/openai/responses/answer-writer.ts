import { defined } from '../../defined.ts'
import type { Asked } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Answer } from '../../neutral/answer.ts'
import { prefixedId } from '../prefixed-id.ts'
import { tierOf } from '../sampling.ts'
import { writeResponsesUsage } from '../usage.ts'
import { writeFinish } from './finish.ts'
import { keepItems } from './kept-items.ts'
import { outputItems } from './output-items.ts'

/** What every id of a response begins with. */
const RESPONSE_ID = 'resp_'

/** The fields of a request that its response repeats, and what they are where the client said nothing. */
const REPEATED: JsonObject = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  reasoning: { effort: null, summary: null },
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: null,
  truncation: 'disabled',
}

/** A response as it is before anything is in it. Nothing is stored, whatever was asked for. */
export function responseHead(
  { id, createdAtSec }: Pick<Answer, 'id' | 'createdAtSec'>,
  { model, request }: Asked,
): JsonObject {
  const repeated = Object.keys(REPEATED).map((name) => [name, request[name] ?? REPEATED[name]] as const)
  return {
    id: prefixedId(RESPONSE_ID, id),
    object: 'response',
    created_at: createdAtSec,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    model,
    output: [],
    previous_response_id: null,
    store: false,
    usage: null,
    ...Object.fromEntries(repeated),
    ...defined({ prompt_cache_key: request.prompt_cache_key, safety_identifier: request.safety_identifier }),
  }
}

/** https://platform.openai.com/docs/api-reference/responses/object. There is one answer, whatever came. */
export function writeAnswer(answer: Answer, asked: Asked): JsonObject {
  const { usage, serviceTier } = answer
  const [{ parts, finish }] = answer.choices
  const hasRefusal = parts.some((part) => part.type === 'refusal')
  return {
    ...responseHead(answer, asked),
    ...writeFinish(finish, hasRefusal),
    output: keepItems(outputItems(answer.id, parts), asked.request),
    usage: usage ? writeResponsesUsage(usage) : null,
    ...defined({ service_tier: tierOf(serviceTier) }),
  }
}
