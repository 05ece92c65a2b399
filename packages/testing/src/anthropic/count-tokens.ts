import type { Refusal } from '../behaviour.ts'
import { isRefusal, type Question } from '../dialect.ts'
import { freeAnswer, type Plan } from '../plan.ts'
import { unknownField } from './fields.ts'
import { askedIn, basicsOf } from './messages.ts'

/** `POST /v1/messages/count_tokens`, free of charge: https://platform.claude.com/docs/en/api/messages/count_tokens */
export function countTokens(question: Question): Plan | Refusal {
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  const misused = unknownField(question.body, 'count_tokens')
  if (misused) return misused
  const asked = askedIn(question)
  return isRefusal(asked) ? asked : freeAnswer({ input_tokens: asked.inputTokens, context_management: null })
}
