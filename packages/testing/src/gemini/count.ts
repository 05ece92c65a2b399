import type { Refusal } from '../behaviour.ts'
import { isRefusal, type Question } from '../dialect.ts'
import { freeAnswer, type Plan } from '../plan.ts'
import { objectField } from './fields.ts'
import { askedIn } from './generate.ts'
import type { Named } from './model.ts'

/** `:countTokens`, free of charge, of contents or of a whole request: https://ai.google.dev/api/tokens */
export function count(question: Question, { model }: Named): Plan | Refusal {
  const { body } = question
  const asked = askedIn({ ...question, body: objectField(body, 'generateContentRequest') ?? body }, model)
  if (isRefusal(asked)) return asked
  const totalTokens = asked.inputTokens
  return freeAnswer({ totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] })
}
