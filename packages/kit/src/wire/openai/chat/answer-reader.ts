import { defined } from '../../defined.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { Answer, Choice } from '../../neutral/answer.ts'
import type { MediaPart, Part, ToolCallPart } from '../../neutral/part.ts'
import type { UsageQuirks } from '../../quirks.ts'
import { citationsOf } from '../citations.ts'
import { readUsageOf } from '../completion-rules.ts'
import { readFinish } from './finish.ts'
import { readImage } from './parts.ts'
import { readReasoning } from './reasoning.ts'
import { readCallSeal } from './tool-calls.ts'

/** https://platform.openai.com/docs/api-reference/chat/object. @throws SyntaxError when it has no choices. */
export function readAnswer(body: JsonObject, quirks?: UsageQuirks): Answer {
  const { id, model, created, choices, service_tier: serviceTier } = body
  const [first, ...others] = Array.isArray(choices) ? choices.filter(isObject) : []
  if (!first) throw new SyntaxError('A chat completion without choices')
  const answerId = typeof id === 'string' ? id : ''
  return {
    id: answerId,
    model: typeof model === 'string' ? model : '',
    createdAtSec: typeof created === 'number' ? created : 0,
    choices: [readChoice(first, answerId), ...others.map((choice) => readChoice(choice, answerId))],
    usage: readUsageOf(body.usage, quirks),
    ...(typeof serviceTier === 'string' ? { serviceTier } : {}),
  }
}

function readChoice(choice: JsonObject, answerId: string): Choice {
  const message = isObject(choice.message) ? choice.message : {}
  const texts = readTexts(message)
  const calls = readCalls(message, answerId)
  const refusal = typeof message.refusal === 'string' && message.refusal !== '' ? message.refusal : undefined
  const said = { hasCalls: calls.length > 0, hasRefusal: refusal !== undefined }
  return {
    parts: [
      ...readReasoning(message),
      ...texts,
      ...(refusal === undefined ? [] : [{ type: 'refusal' as const, text: refusal }]),
      ...readImages(message),
      ...readStoredAudio(message),
      ...calls,
    ],
    finish: readFinish(choice.finish_reason, said),
  }
}

/** The text, with what it cites, and thoughts where a provider puts them among the pieces of a text. */
function readTexts({ content, annotations }: JsonObject): Part[] {
  const pieces = piecesOf(content)
  const thoughts = pieces.filter(({ type }) => type === 'reasoning')
  const text = pieces.flatMap((piece) => (piece.type === 'text' ? piece.text : [])).join('')
  if (text === '') return thoughts
  const citations = citationsOf(annotations)
  return [...thoughts, { type: 'text', text, ...(citations.length > 0 ? { citations } : {}) }]
}

interface Piece {
  readonly type: 'text' | 'reasoning'
  readonly text: string
}

/** What a message or a delta says; Mistral's models that reason say it in pieces: https://docs.mistral.ai/capabilities/reasoning */
export function piecesOf(content: unknown): readonly Piece[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const pieces = Array.isArray(content) ? content.filter(isObject) : []
  return pieces.map(({ type, text, thinking }) =>
    type === 'thinking'
      ? {
          type: 'reasoning',
          text: piecesOf(thinking)
            .map((piece) => piece.text)
            .join(''),
        }
      : { type: 'text', text: typeof text === 'string' ? text : '' },
  )
}

/** Pictures that a model has made: no field of OpenAI's, and the one that OpenRouter and others use. */
export function readImages({ images }: JsonObject): MediaPart[] {
  const found = Array.isArray(images) ? images.filter(isObject) : []
  return found.flatMap(({ image_url: image }) => {
    const hasUrl = typeof image === 'string' || (isObject(image) && typeof image.url === 'string')
    return hasUrl ? [readImage(image, 'images')] : []
  })
}

function readStoredAudio({ audio }: JsonObject): Part[] {
  return isObject(audio) ? [{ type: 'foreign', from: 'chat', name: 'audio', value: audio }] : []
}

function readCalls(message: JsonObject, answerId: string): ToolCallPart[] {
  const { tool_calls: calls, function_call: legacy } = message
  const found = Array.isArray(calls) ? calls.filter(isObject) : []
  if (isObject(legacy)) found.push({ function: legacy })
  return found.map((call, index) => readCall(call, callId(call.id, answerId, index)))
}

/** The id of a call; one that has none gets one of the answer's, so that its result can find it. */
export function callId(id: unknown, answerId: string, index: number): string {
  return typeof id === 'string' && id !== '' ? id : `call_${answerId}_${index}`
}

function readCall(call: JsonObject, id: string): ToolCallPart {
  const custom = isObject(call.custom) ? call.custom : undefined
  const { name, arguments: text, input } = custom ?? (isObject(call.function) ? call.function : {})
  const said = custom ? input : text
  return {
    type: 'tool_call',
    id,
    name: typeof name === 'string' ? name : '',
    arguments: typeof said === 'string' ? said : '',
    ...(custom ? { custom: true } : {}),
    ...defined({ seal: readCallSeal(call) }),
  }
}
