import type { Refusal } from '../behaviour.ts'
import { type Body, isObject, isRefusal, type Question } from '../dialect.ts'
import { blocksOf } from '../model/blocks.ts'
import { type Prompt, type Speech, speak } from '../model/speech.ts'
import type { Plan } from '../plan.ts'
import { type Piece, textOf } from '../text.ts'
import { messagesIn } from './conversation.ts'
import { refusedBy, usageAt } from './house.ts'
import { chatTokens, contentText } from './input.ts'
import { capAsked, outputCap } from './limits.ts'
import { basicsOf, wholeNumber } from './question.ts'
import { streamPlan } from './stream.ts'
import { chatTools, choiceOf } from './tools.ts'

const FINISH: Readonly<Record<Speech['end'], string>> = {
  stop: 'stop',
  length: 'length',
  calls: 'tool_calls',
}

/** `POST /chat/completions`: https://platform.openai.com/docs/api-reference/chat */
export function chat(question: Question): Plan | Refusal {
  const { id, body, behaviour, nowMs } = question
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  const { house = {} } = behaviour
  const refused = refusedBy(house, body)
  if (refused) return refused
  const messages = messagesIn(body)
  if (isRefusal(messages)) return messages
  const n = wholeNumber(body, 'n', { max: 128 }) ?? 1
  if (isRefusal(n)) return n
  const inputTokens = question.countInput(() => chatTokens(body))
  const asked = capAsked(body, basics.model)
  if (isRefusal(asked)) return asked
  const cap = outputCap(asked, basics.model, inputTokens)
  if (isRefusal(cap)) return cap

  const prompt = promptOf(body, messages, { model: basics.model, cap })
  const choices = Array.from({ length: n }, (_, index) => speak(prompt, behaviour, index))
  const envelope = {
    id: `chatcmpl-${id}`,
    created: Math.floor(nowMs / 1000),
    model: basics.model,
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
  }
  const stream = streamPlan(question, {
    envelope: { object: 'chat.completion.chunk', ...envelope },
    head: choices.map((_, index) => delta(index, { role: 'assistant', content: '', refusal: null })),
    choice: chunkText(id),
    finish: choices.map(({ end }, index) => delta(index, {}, FINISH[end])),
  })
  if (isRefusal(stream)) return stream
  return {
    bill: basics.bill,
    inputTokens,
    cachedTokens: behaviour.cachedTokens ?? 0,
    choices: choices.map(({ said }) => said),
    body: (usage) =>
      JSON.stringify({
        object: 'chat.completion',
        ...envelope,
        choices: choices.map(({ said, end }, index) => ({
          index,
          message: messageOf(said, id),
          logprobs: null,
          finish_reason: FINISH[end],
        })),
        ...(behaviour.usage === 'never' ? {} : { usage: usageAt(house, usage) }),
      }),
    ...(stream ? { stream } : {}),
  }
}

/** Thoughts are never shown here, whatever was asked. */
function promptOf(
  body: Body,
  messages: readonly Body[],
  { model, cap }: Pick<Prompt, 'model' | 'cap'>,
): Prompt {
  const last = messages.at(-1)
  const format = formatOf(body.response_format)
  return {
    model,
    cap,
    body,
    said: messages.map(({ content }) => contentText(content)).join('\n'),
    lastQuestion: last?.role === 'user' ? contentText(last.content) : '',
    tools: chatTools(body.tools),
    choice: choiceOf(body),
    ...(format ? { format } : {}),
  }
}

function formatOf(format: unknown): Prompt['format'] {
  if (!isObject(format)) return undefined
  if (format.type === 'json_object') return {}
  return format.type === 'json_schema' && isObject(format.json_schema)
    ? { schema: format.json_schema.schema ?? {} }
    : undefined
}

function delta(index: number, content: object, finishReason: string | null = null): object {
  return { index, delta: content, logprobs: null, finish_reason: finishReason }
}

function chunkText(id: string) {
  return (index: number, piece: Piece): string => {
    const content = piece.tool
      ? `"tool_calls":[${toolDelta(id, piece.text, piece.tool)}]`
      : `"content":${JSON.stringify(piece.text)}`
    return `{"index":${index},"delta":{${content}},"logprobs":null,"finish_reason":null}`
  }
}

function toolDelta(id: string, text: string, { index, opens }: NonNullable<Piece['tool']>): string {
  if (opens === undefined) return JSON.stringify({ index, function: { arguments: text } })
  return JSON.stringify({ index, ...callOf(`call_${id}_${index}`, opens, '') })
}

function callOf(id: string, name: string, args: string): object {
  return { id, type: 'function', function: { name, arguments: args } }
}

function messageOf(said: readonly Piece[], id: string): object {
  const calls = blocksOf(said)
    .filter(({ kind }) => kind === 'call')
    .map(({ name, text }, index) => callOf(`call_${id}_${index}`, name, text))
  return calls.length > 0
    ? { role: 'assistant', content: null, refusal: null, tool_calls: calls }
    : { role: 'assistant', content: textOf(said), refusal: null, annotations: [] }
}
