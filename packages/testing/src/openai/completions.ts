import type { Refusal } from '../behaviour.ts'
import { countTokens, piecesOf } from '../count.ts'
import { isRefusal, type Question } from '../dialect.ts'
import { naturalLength } from '../model/length.ts'
import type { Plan } from '../plan.ts'
import { answerOf, capped, type Piece, seedOf, textOf } from '../text.ts'
import { invalidRequest } from './errors.ts'
import { capAsked, outputCap } from './limits.ts'
import { basicsOf, wholeNumber } from './question.ts'
import { streamPlan } from './stream.ts'
import { type Texts, textsOf, tokensIn } from './texts.ts'
import { usageBody } from './usage.ts'

// What this endpoint, alone, takes for a cap when it is given none.
const DEFAULT_CAP = 16

/** `POST /completions`: https://platform.openai.com/docs/api-reference/completions */
export function completions(question: Question): Plan | Refusal {
  const { id, body, behaviour, nowMs } = question
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  const prompts = textsOf(body.prompt)
  if (!prompts)
    return invalidRequest("Invalid 'prompt': expected text, tokens, or a list of either.", 'prompt')
  const counts = choicesPerPrompt(question)
  if (isRefusal(counts)) return counts
  const inputTokens = question.countInput(() => tokensIn(prompts, countTokens))
  const asked = capAsked({ ...body, max_tokens: body.max_tokens ?? DEFAULT_CAP }, basics.model)
  if (isRefusal(asked)) return asked
  const cap = outputCap(asked, basics.model, inputTokens)
  if (isRefusal(cap)) return cap

  const { shown, generated } = counts
  const choices = choicesOf(question, prompts, generated, cap)
  // Of the best_of answers to a prompt the first n are given, and all are billed.
  const given = choices.filter((_, index) => index % generated < shown)
  const envelope = {
    id: `cmpl-${id}`,
    object: 'text_completion',
    created: Math.floor(nowMs / 1000),
    model: basics.model,
  }
  const stream = streamPlan(question, {
    envelope,
    head: [],
    choice: (index, { text }) =>
      `{"text":${JSON.stringify(text)},"index":${index},"logprobs":null,"finish_reason":null}`,
    finish: given.map(({ cut }, index) => ({
      text: '',
      index,
      logprobs: null,
      finish_reason: cut ? 'length' : 'stop',
    })),
  })
  if (isRefusal(stream)) return stream
  return {
    bill: basics.bill,
    inputTokens,
    cachedTokens: behaviour.cachedTokens ?? 0,
    choices: choices.map(({ said }) => said),
    body: (usage) =>
      JSON.stringify({
        ...envelope,
        choices: given.map(({ said, cut }, index) => ({
          text: textOf(said),
          index,
          logprobs: null,
          finish_reason: cut ? 'length' : 'stop',
        })),
        ...(behaviour.usage === 'never' ? {} : { usage: usageBody(usage) }),
      }),
    ...(stream ? { stream } : {}),
  }
}

/** How many answers to each prompt are given, and how many are generated to choose them from. */
function choicesPerPrompt({ body }: Question): { shown: number; generated: number } | Refusal {
  const shown = wholeNumber(body, 'n', { max: 128 }) ?? 1
  if (isRefusal(shown)) return shown
  const generated = wholeNumber(body, 'best_of', { max: 128 }) ?? shown
  if (isRefusal(generated)) return generated
  if (generated < shown) return invalidRequest("'best_of' must be at least 'n'.", 'best_of')
  if (generated > shown && body.stream === true) {
    return invalidRequest("Results cannot be streamed with 'best_of' greater than 'n'.", 'best_of')
  }
  return { shown, generated }
}

function choicesOf(
  { body, behaviour }: Question,
  prompts: Texts,
  generated: number,
  cap: number,
): { said: readonly Piece[]; cut: boolean }[] {
  return prompts.flatMap((prompt) =>
    Array.from({ length: generated }, (_, index) => {
      if (behaviour.text !== undefined) return capped(piecesOf(behaviour.text), cap)
      const seed = seedOf(`${body.model}\n${index}\n${prompt}`)
      const tokens = Math.min(naturalLength(body, behaviour), cap + 1)
      return capped(answerOf(tokens, { seed, multibyte: behaviour.multibyte === true }), cap)
    }),
  )
}
