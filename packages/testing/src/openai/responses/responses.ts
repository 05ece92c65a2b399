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

/** `POST /responses`: https://platform.openai.com/docs/api-reference/responses. What is stored is read again by whoever goes on with it. */
export function responses(question: Question): Plan | Refusal {
  const { id, body, behaviour, nowMs } = question
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  const misused = unknownField(body)
  if (misused) return misused
  const items = itemsIn(body)
  if (isRefusal(items)) return items
  const stored = storedTokens(question, items)
  if (isRefusal(stored)) return stored
  const asked = wholeNumber(body, 'max_output_tokens', { min: LEAST_CAP })
  if (isRefusal(asked)) return asked
  const tokens = question.countInput(() => inputTokens(body, items) + stored)
  const named = asked === undefined ? undefined : { cap: asked, field: 'max_output_tokens' }
  const cap = outputCap(named, basics.model, tokens)
  if (isRefusal(cap)) return cap

  const thoughts = thoughtsAsked(body)
  const { said, end } = speak(promptOf(body, items, { model: basics.model, cap }), behaviour)
  const envelope = envelopeOf(body, { id, nowMs })
  const output = blocksOf(said).map((block) => itemOf(block, id, thoughts).complete)
  const complete = (usage: ProviderUsage) => {
    if (body.store !== false) store(question, output, usage)
    return {
      ...envelope,
      ...STATUS[end],
      output,
      usage: behaviour.usage === 'never' ? null : responsesUsage(usage),
    }
  }
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

/** What a request goes on with is input like any other, and what it names must be there. */
function storedTokens({ body, stored }: Question, items: readonly Body[]): number | Refusal {
  const previous = body.previous_response_id ?? undefined
  const before = previous === undefined ? 0 : stored.tokensOf(previous)
  if (before === undefined) {
    return invalidRequest(
      `Previous response with id '${previous}' not found.`,
      'previous_response_id',
      'previous_response_not_found',
    )
  }
  let tokens = before
  for (const { id } of items.filter(({ type }) => type === 'item_reference')) {
    const referred = stored.tokensOf(id)
    if (referred === undefined)
      return { ...invalidRequest(`Item with id '${id}' not found.`, 'input'), status: 404 }
    tokens += referred
  }
  return tokens
}

function store({ id, stored }: Question, output: readonly object[], usage: ProviderUsage): void {
  stored.keep(`resp_${id}`, usage.input + usage.cachedInput + usage.output)
  for (const item of output as readonly { readonly id: string }[]) stored.keep(item.id, usage.output)
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
