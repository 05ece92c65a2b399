import { defined } from '../../defined.ts'
import type { Asked } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Answer, Choice } from '../../neutral/answer.ts'
import { joinTexts } from '../citations.ts'
import { prefixedId } from '../prefixed-id.ts'
import { tierOf } from '../sampling.ts'
import { writeUsage } from '../usage.ts'
import { writeFinish } from './finish.ts'
import { writeImage } from './parts.ts'
import { showReasoning } from './reasoning.ts'
import { writeCallSeal, writeToolCall } from './tool-calls.ts'

/** What every id of a chat completion begins with. */
export const CHAT_ID = 'chatcmpl-'

/** https://platform.openai.com/docs/api-reference/chat/object */
export function writeAnswer(answer: Answer, { model }: Asked): JsonObject {
  const { id, createdAtSec, choices, usage, serviceTier } = answer
  return {
    id: prefixedId(CHAT_ID, id),
    object: 'chat.completion',
    created: createdAtSec,
    model,
    choices: choices.map(writeChoice),
    ...defined({ usage: usage && writeUsage(usage), service_tier: tierOf(serviceTier) }),
  }
}

function writeChoice({ parts, finish }: Choice, index: number): JsonObject {
  const { text, citations } = joinTexts(parts.filter((part) => part.type === 'text'))
  const refusal = parts.flatMap((part) => (part.type === 'refusal' ? part.text : [])).join('')
  const images = parts.flatMap((part) => (part.type === 'image' ? (writeImage(part) ?? []) : []))
  const calls = parts.filter((part) => part.type === 'tool_call')
  const said = { hasCalls: calls.length > 0, hasRefusal: refusal !== '' }
  return {
    index,
    message: {
      role: 'assistant',
      content: text === '' && (said.hasCalls || said.hasRefusal) ? null : text,
      refusal: said.hasRefusal ? refusal : null,
      ...showReasoning(parts.filter((part) => part.type === 'reasoning')),
      ...(citations.length > 0 ? { annotations: citations.map(annotationOf) } : {}),
      ...(images.length > 0 ? { images } : {}),
      ...(said.hasCalls
        ? {
            tool_calls: calls.map((call) => ({
              ...writeToolCall(call),
              ...(call.seal ? writeCallSeal(call.seal) : {}),
            })),
          }
        : {}),
    },
    logprobs: null,
    finish_reason: writeFinish(finish, said),
  }
}

export function annotationOf(citation: JsonObject): JsonObject {
  return { type: 'url_citation', url_citation: citation }
}
