import type { Refusal } from '../behaviour.ts'
import { piecesOf } from '../count.ts'
import type { Plan } from '../plan.ts'
import { answerOf, capped, type Piece, seedOf, textOf, thoughts } from '../text.ts'
import { invalidRequest } from './errors.ts'
import { chatTokens, contentText } from './input.ts'
import { jsonAnswer } from './json-answer.ts'
import { naturalLength } from './length.ts'
import { outputCap } from './limits.ts'
import { type Body, basicsOf, isObject, isRefusal, type Question, wholeNumber } from './question.ts'
import { streamPlan } from './stream.ts'
import { toolCalls } from './tools.ts'
import { usageBody } from './usage.ts'

/** What one choice says, and why it stops. */
interface Choice {
  readonly said: readonly Piece[]
  readonly finishReason: 'stop' | 'length' | 'tool_calls'
}

/** `POST /chat/completions`: https://platform.openai.com/docs/api-reference/chat */
export function chat(question: Question): Plan | Refusal {
  const { id, body, behaviour, nowMs } = question
  const basics = basicsOf(question)
  if (isRefusal(basics)) return basics
  if (!isConversation(body.messages)) {
    return invalidRequest(
      "Invalid 'messages': expected a non-empty array of objects with a role and content.",
      'messages',
    )
  }
  const n = wholeNumber(body, 'n', { max: 128 }) ?? 1
  if (isRefusal(n)) return n
  const inputTokens = question.countInput(() => chatTokens(body))
  const cap = outputCap(body, basics.model, inputTokens)
  if (isRefusal(cap)) return cap

  const choices = Array.from({ length: n }, (_, index) => choiceOf(question, basics.model, cap, index))
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
    choice: chunkText(envelope.id),
    finish: choices.map(({ finishReason }, index) => delta(index, {}, finishReason)),
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
        choices: choices.map(({ said, finishReason }, index) => ({
          index,
          message: messageOf(said, envelope.id),
          logprobs: null,
          finish_reason: finishReason,
        })),
        ...(behaviour.usage === 'never' ? {} : { usage: usageBody(usage) }),
      }),
    ...(stream ? { stream } : {}),
  }
}

function isConversation(messages: unknown): messages is Body[] {
  return Array.isArray(messages) && messages.length > 0 && messages.every(isMessage)
}

function isMessage(message: unknown): boolean {
  if (!isObject(message) || typeof message.role !== 'string') return false
  const { content } = message
  if (Array.isArray(content)) return content.every(isObject)
  return content === undefined || content === null || typeof content === 'string'
}

function choiceOf({ body, behaviour }: Question, model: string, cap: number, index: number): Choice {
  const thinking = thoughts(Math.min(behaviour.reasoningTokens ?? 0, cap))
  const calls = behaviour.text === undefined ? toolCalls(body) : []
  const spoken = calls.length > 0 ? calls : answer()
  const { said, cut } = capped(thinking.length > 0 ? [...thinking, ...spoken] : spoken, cap)
  return { said, finishReason: cut ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop' }

  function answer(): readonly Piece[] {
    if (behaviour.text !== undefined) return piecesOf(behaviour.text)
    const prompt = (body.messages as Body[]).map(({ content }) => contentText(content)).join('\n')
    const seed = seedOf(`${model}\n${index}\n${prompt}`)
    // One token past the cap is enough to know that it cuts.
    const tokens = Math.min(naturalLength(body, behaviour), cap + 1)
    const options = { seed, multibyte: behaviour.multibyte === true }
    return jsonAnswer(body, () => textOf(answerOf(tokens, options))) ?? answerOf(tokens, options)
  }
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
  const call = { index, id: callId(id, index), type: 'function', function: { name: opens, arguments: '' } }
  return JSON.stringify(call)
}

function callId(id: string, index: number): string {
  return `call_${id.replace(/^chatcmpl-/, '')}_${index}`
}

function messageOf(said: readonly Piece[], id: string): object {
  const calls: { id: string; type: 'function'; function: { name: string; arguments: string } }[] = []
  for (const { text, tool } of said) {
    if (tool?.opens !== undefined) {
      calls.push({
        id: callId(id, tool.index),
        type: 'function',
        function: { name: tool.opens, arguments: '' },
      })
    } else if (tool) calls[tool.index]!.function.arguments += text
  }
  return calls.length > 0
    ? { role: 'assistant', content: null, refusal: null, tool_calls: calls }
    : { role: 'assistant', content: textOf(said), refusal: null, annotations: [] }
}
