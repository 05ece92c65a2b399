import type { Refusal } from '../../behaviour.ts'
import { type Body, isObject, isRefusal, type Question } from '../../dialect.ts'
import { blocksOf } from '../../model/blocks.ts'
import { type Prompt, type Speech, speak } from '../../model/speech.ts'
import type { Plan } from '../../plan.ts'
import type { ProviderUsage } from '../../prices.ts'
import { invalidRequest } from '../errors.ts'
import { contentText } from '../input.ts'
import { outputCap } from '../limits.ts'
import { basicsOf, wholeNumber } from '../question.ts'
import { choiceOf, responsesTools } from '../tools.ts'
import { responsesUsage } from '../usage.ts'
import { unknownField } from './fields.ts'
import { inputTokens, itemsIn, itemText } from './input.ts'
import { itemOf, thoughtsAsked } from './items.ts'
import { responsesStream } from './stream.ts'

const LEAST_CAP = 16

/** `POST /responses`: https://platform.openai.com/docs/api-reference/responses. Nothing is stored here, so that nothing is found. */
export function responses(question: Question): Plan | Refusal {
  const { id, body, behaviour, nowMs } = question
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  const misused = unknownField(body) ?? storedInput(body)
  if (misused) return misused
  const items = itemsIn(body)
  if (isRefusal(items)) return items
  const asked = wholeNumber(body, 'max_output_tokens', { min: LEAST_CAP })
  if (isRefusal(asked)) return asked
  const tokens = question.countInput(() => inputTokens(body, items))
  const named = asked === undefined ? undefined : { cap: asked, field: 'max_output_tokens' }
  const cap = outputCap(named, basics.model, tokens)
  if (isRefusal(cap)) return cap

  const thoughts = thoughtsAsked(body)
  const { said, end } = speak(promptOf(body, items, { model: basics.model, cap }), behaviour)
  const envelope = envelopeOf(body, { id, nowMs })
  const output = blocksOf(said).map((block) => itemOf(block, id, thoughts).complete)
  const complete = (usage: ProviderUsage) => ({
    ...envelope,
    ...STATUS[end],
    output,
    usage: behaviour.usage === 'never' ? null : responsesUsage(usage),
  })
  return {
    bill: basics.bill,
    inputTokens: tokens,
    cachedTokens: behaviour.cachedTokens ?? 0,
    choices: [said],
    body: (usage) => JSON.stringify(complete(usage)),
    ...(body.stream === true
      ? {
          stream: responsesStream({
            responseId: id,
            said,
            thoughts,
            begun: { ...envelope, status: 'in_progress', incomplete_details: null, output: [], usage: null },
            complete,
          }),
        }
      : {}),
  }
}

const COMPLETE = { status: 'completed', incomplete_details: null }
const STATUS: Readonly<Record<Speech['end'], { status: string; incomplete_details: object | null }>> = {
  stop: COMPLETE,
  calls: COMPLETE,
  length: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
}

function storedInput({ previous_response_id: previous }: Body): Refusal | undefined {
  if (previous === undefined || previous === null) return undefined
  return invalidRequest(
    `Previous response with id '${previous}' not found.`,
    'previous_response_id',
    'previous_response_not_found',
  )
}

function promptOf(body: Body, items: readonly Body[], { model, cap }: Pick<Prompt, 'model' | 'cap'>): Prompt {
  const { instructions, tools, reasoning, text } = body
  const last = items.at(-1)
  const format = isObject(text) ? formatOf(text.format) : undefined
  const thinks = isObject(reasoning) && reasoning.effort !== 'none'
  return {
    model,
    cap,
    body,
    said: [instructions, ...items.map(itemText)].filter((said) => typeof said === 'string').join('\n'),
    lastQuestion: last?.role === 'user' ? contentText(last.content) : '',
    tools: responsesTools(tools),
    choice: choiceOf(body),
    ...(format ? { format } : {}),
    ...(thinks ? { thinking: { shown: thoughtsAsked(body).summary } } : {}),
  }
}

function formatOf(format: unknown): Prompt['format'] {
  if (!isObject(format) || format.type === 'text') return undefined
  return format.type === 'json_schema' ? { schema: format.schema } : {}
}

/** The fields that a response repeats of its request, or has whatever was asked. */
function envelopeOf(body: Body, { id, nowMs }: Pick<Question, 'id' | 'nowMs'>): object {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: Math.floor(nowMs / 1000),
    background: false,
    error: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model: body.model,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: body.reasoning ?? { effort: null, summary: null },
    service_tier: 'default',
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: body.text ?? { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
  }
}
