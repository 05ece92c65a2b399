import { defined } from '../../defined.ts'
import type { WrittenRequest } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Conversation, Reasoning, Turn } from '../../neutral/conversation.ts'
import { writeAnswerFormat } from '../answer-format.ts'
import { effortOf, tierOf } from '../sampling.ts'
import { writeItems } from './item-writer.ts'
import { writeToolChoice, writeTools } from './tools.ts'

/** A smaller cap is refused: https://platform.openai.com/docs/api-reference/responses/create#responses-create-max_output_tokens */
const MIN_OUTPUT_TOKENS = 16

/** https://platform.openai.com/docs/api-reference/responses/create */
export function writeRequest(conversation: Conversation): WrittenRequest {
  const { model, turns, stream, sampling, toolChoice, format, reasoning, maxOutputTokens } = conversation
  const [instructions, said] = splitInstructions(turns)
  const tools = writeTools(conversation.tools ?? [])
  const text = defined({
    format: format && writeAnswerFormat(format, false),
    verbosity: conversation.verbosity,
  })
  return {
    body: {
      model,
      ...defined({ instructions }),
      input: writeItems(said),
      ...(stream ? { stream } : {}),
      // A client of another dialect keeps its conversation itself, and has agreed to nobody else's keeping it.
      store: false,
      ...(tools.length > 0
        ? defined({
            tools,
            tool_choice: toolChoice && writeToolChoice(toolChoice, conversation.tools),
            parallel_tool_calls: conversation.parallelToolCalls,
          })
        : {}),
      ...(Object.keys(text).length > 0 ? { text } : {}),
      ...defined({
        temperature: sampling.temperature,
        top_p: sampling.topP,
        max_output_tokens: maxOutputTokens && Math.max(maxOutputTokens, MIN_OUTPUT_TOKENS),
        reasoning: reasoning && writeReasoningOption(reasoning),
        safety_identifier: conversation.endUser,
        metadata: conversation.metadata,
        service_tier: tierOf(conversation.serviceTier),
        prompt_cache_key: conversation.cacheKey,
      }),
    },
    headers: {},
  }
}

/** What the system says first, in one text, has a field of its own; some servers of this dialect know no other place. */
function splitInstructions([first, ...others]: readonly Turn[]): readonly [
  string | undefined,
  readonly Turn[],
] {
  const [part, second] = first?.parts ?? []
  const plain = first?.role === 'system' && part?.type === 'text' && !second
  return plain && others.length > 0 ? [part.text, others] : [undefined, first ? [first, ...others] : []]
}

function writeReasoningOption(reasoning: Reasoning): JsonObject | undefined {
  const { show } = reasoning
  const shown = show === 'full' ? 'detailed' : 'auto'
  const said = defined({
    effort: effortOf(reasoning),
    summary: show === undefined || show === 'none' ? undefined : shown,
  })
  return Object.keys(said).length > 0 ? said : undefined
}
