import type { Refusal } from '../behaviour.ts'
import { type Body, billOf, isObject, isRefusal, type Question } from '../dialect.ts'
import { blocksOf } from '../model/blocks.ts'
import { limitsOf } from '../model/limits.ts'
import { type Prompt, type Speech, speak } from '../model/speech.ts'
import type { Plan } from '../plan.ts'
import type { Bill, ProviderUsage } from '../prices.ts'
import { contentOf } from './content.ts'
import { type Message, messagesIn } from './conversation.ts'
import { invalid, notFound } from './errors.ts'
import { refusedSampling, unknownField } from './fields.ts'
import { contentText, inputTokens, keepsForAnHour } from './input.ts'
import { messagesStream } from './stream.ts'
import { thinkingOf, wrongThinking } from './thinking.ts'
import { choiceOf, toolsIn, wrongTools } from './tools.ts'
import { usageBody } from './usage.ts'

const STOP: Readonly<Record<Speech['end'], string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  calls: 'tool_use',
}

/** `POST /v1/messages`: https://platform.claude.com/docs/en/api/messages/create */
export function messages(question: Question): Plan | Refusal {
  const { id, body, behaviour } = question
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  const { model, bill } = basics
  const misused = unknownField(body, 'messages') ?? refusedSampling(question, model) ?? wrongThinking(body)
  if (misused) return misused
  const asked = askedIn(question)
  if (isRefusal(asked)) return asked
  const cap = capOf(body, { model, inputTokens: asked.inputTokens })
  if (isRefusal(cap)) return cap

  const { said, end } = speak(promptOf(body, asked.messages, { model, cap }), behaviour)
  // Of what nobody asked it to think the model does not tell.
  const told = thinkingOf(body) ? said : said.filter(({ thought }) => !thought)
  const tellsUsage = behaviour.usage !== 'never'
  const messageOf = (usage: ProviderUsage, message: object) => ({
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model,
    ...message,
    stop_sequence: null,
    stop_details: null,
    container: null,
    ...(tellsUsage ? { usage: usageBody(usage) } : {}),
  })
  return {
    bill,
    inputTokens: asked.inputTokens,
    cachedTokens: behaviour.cachedTokens ?? 0,
    cacheWrite: { tokens: behaviour.cacheWriteTokens ?? 0, hour: keepsForAnHour(body) },
    choices: [said],
    body: (usage) =>
      JSON.stringify(
        messageOf(usage, {
          content: blocksOf(told).map((block) => contentOf(block, id)),
          stop_reason: STOP[end],
        }),
      ),
    ...(body.stream === true
      ? {
          stream: messagesStream({
            requestId: id,
            said: told,
            begun: (usage) => messageOf(usage, { content: [], stop_reason: null }),
            stopReason: STOP[end],
            tellsUsage,
          }),
        }
      : {}),
  }
}

/** The model and its bill, or why there is none. */
export function basicsOf({ body, bills }: Question): { model: string; bill: Bill } | Refusal {
  const { model } = body
  if (typeof model !== 'string' || model === '') return invalid('model: Field required')
  const bill = billOf(model, bills)
  return bill ? { model, bill } : notFound(`model: ${model}`)
}

/** What is asked, and how long it is: the same for an answer and for a count. */
export function askedIn(question: Question): { messages: readonly Message[]; inputTokens: number } | Refusal {
  const { body } = question
  const messages = messagesIn(body)
  if (isRefusal(messages)) return messages
  const misused = wrongTools(body)
  if (misused) return misused
  return { messages, inputTokens: question.countInput(() => inputTokens(body, messages)) }
}

function capOf(
  { max_tokens: cap }: Body,
  { model, inputTokens }: { readonly model: string; readonly inputTokens: number },
): number | Refusal {
  const { contextWindow, maxOutputTokens } = limitsOf(model)
  if (cap === undefined) return invalid('max_tokens: Field required')
  if (typeof cap !== 'number' || !Number.isInteger(cap) || cap < 0) {
    return invalid('max_tokens: Input should be greater than or equal to 0')
  }
  if (cap > maxOutputTokens) {
    return invalid(
      `max_tokens: ${cap} > ${maxOutputTokens}, which is the maximum allowed number of output tokens for ${model}`,
    )
  }
  if (inputTokens > contextWindow) {
    return invalid(`prompt is too long: ${inputTokens} tokens > ${contextWindow} maximum`)
  }
  return Math.min(cap, contextWindow - inputTokens)
}

function promptOf(
  body: Body,
  messages: readonly Message[],
  { model, cap }: Pick<Prompt, 'model' | 'cap'>,
): Prompt {
  const last = messages.at(-1)!
  const thinking = thinkingOf(body)
  const { output_config: config } = body
  const format = isObject(config) && isObject(config.format) ? { schema: config.format.schema } : undefined
  const isAnswered = last.blocks.some(({ type }) => type === 'tool_result')
  return {
    model,
    cap,
    body,
    said: [contentText(body.system), ...messages.map(({ blocks }) => contentText(blocks))].join('\n'),
    lastQuestion: last.role === 'user' && !isAnswered ? contentText(last.blocks) : '',
    tools: toolsIn(body),
    choice: choiceOf(body),
    ...(format ? { format } : {}),
    ...(thinking ? { thinking } : {}),
  }
}
