import { defined } from '../../defined.ts'
import type { WrittenRequest } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Conversation, Sampling } from '../../neutral/conversation.ts'
import { writeAnswerFormat } from '../answer-format.ts'
import { effortOf, tierOf } from '../sampling.ts'
import { writeMessages } from './message-writer.ts'
import { writeToolChoice, writeTools } from './tools.ts'

/** https://platform.openai.com/docs/api-reference/chat/create */
export function writeRequest(conversation: Conversation): WrittenRequest {
  const { model, turns, stream, toolChoice, format, stop, choices, reasoning, serviceTier } = conversation
  const tools = writeTools(conversation.tools ?? [])
  return {
    body: {
      model,
      messages: writeMessages(turns),
      ...(stream ? { stream } : {}),
      // What is said about tools is refused where there are none.
      ...(tools.length > 0
        ? defined({
            tools,
            tool_choice: toolChoice && writeToolChoice(toolChoice, conversation.tools),
            parallel_tool_calls: conversation.parallelToolCalls,
          })
        : {}),
      ...writeSampling(conversation.sampling),
      ...defined({
        response_format: format && writeAnswerFormat(format, true),
        max_completion_tokens: conversation.maxOutputTokens,
        stop: stop && stop.length > 0 ? stop : undefined,
        n: choices,
        reasoning_effort: reasoning && effortOf(reasoning),
        verbosity: conversation.verbosity,
        user: conversation.endUser,
        service_tier: tierOf(serviceTier),
        prompt_cache_key: conversation.cacheKey,
      }),
    },
    headers: {},
  }
}

function writeSampling({
  temperature,
  topP,
  frequencyPenalty,
  presencePenalty,
  seed,
  logitBias,
}: Sampling): JsonObject {
  return defined({
    temperature,
    top_p: topP,
    frequency_penalty: frequencyPenalty,
    presence_penalty: presencePenalty,
    seed,
    logit_bias: logitBias,
  })
}
