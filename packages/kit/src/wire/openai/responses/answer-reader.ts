import { isObject, type JsonObject } from '../../json.ts'
import type { Answer } from '../../neutral/answer.ts'
import type { Part, Seal } from '../../neutral/part.ts'
import { citationsOf } from '../citations.ts'
import { readResponsesUsage } from '../usage.ts'
import { readFinish } from './finish.ts'
import { isKeeper } from './kept-items.ts'
import { readReasoning, sealedCall } from './reasoning.ts'

/** https://platform.openai.com/docs/api-reference/responses/object. @throws SyntaxError when it has no output. */
export function readAnswer(body: JsonObject): Answer {
  if (!Array.isArray(body.output)) throw new SyntaxError('A response without output')
  const items = body.output.filter(isObject).filter((item) => !isKeeper(item))
  const seals = callSeals(items)
  const parts = items
    .filter((item) => sealedCall(item) === undefined)
    .flatMap(readOutputItem)
    .map((part) => sealed(part, seals))
  const { service_tier: serviceTier } = body
  return {
    ...readHead(body),
    choices: [{ parts, finish: readFinish(body, parts) }],
    usage: readResponsesUsage(body.usage),
    ...(typeof serviceTier === 'string' ? { serviceTier } : {}),
  }
}

export function readHead({
  id,
  model,
  created_at: createdAt,
}: JsonObject): Pick<Answer, 'id' | 'model' | 'createdAtSec'> {
  return {
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    createdAtSec: typeof createdAt === 'number' ? Math.floor(createdAt) : 0,
  }
}

/** What the items say that only seal a call. */
function callSeals(items: readonly JsonObject[]): ReadonlyMap<string, Seal> {
  const seals = new Map<string, Seal>()
  for (const item of items) {
    const call = sealedCall(item)
    const { seal } = readReasoning(item)
    if (call !== undefined && seal) seals.set(call, seal)
  }
  return seals
}

function sealed(part: Part, seals: ReadonlyMap<string, Seal>): Part {
  const seal = part.type === 'tool_call' ? seals.get(part.id) : undefined
  return seal && part.type === 'tool_call' ? { ...part, seal } : part
}

/** The parts that an item of an answer is: one as a rule, several of a message. */
export function readOutputItem(item: JsonObject): readonly Part[] {
  switch (item.type) {
    case 'message':
      return Array.isArray(item.content) ? item.content.filter(isObject).flatMap(readOutputPart) : []
    case 'reasoning':
      return [readReasoning(item)]
    case 'function_call':
    case 'custom_tool_call':
      return [readCall(item)]
    case 'image_generation_call':
      return readPicture(item)
    default:
      return [{ type: 'foreign', from: 'responses', name: String(item.type), value: item }]
  }
}

function readOutputPart({ type, text, refusal, annotations }: JsonObject): readonly Part[] {
  if (type === 'refusal' && typeof refusal === 'string') return [{ type, text: refusal }]
  if (type !== 'output_text' || typeof text !== 'string') return []
  const citations = citationsOf(annotations)
  return [{ type: 'text', text, ...(citations.length > 0 ? { citations } : {}) }]
}

function readCall({ type, id, call_id: callId, name, arguments: args, input }: JsonObject): Part {
  const custom = type === 'custom_tool_call'
  const text = custom ? input : args
  return {
    type: 'tool_call',
    id: typeof callId === 'string' ? callId : String(id),
    name: typeof name === 'string' ? name : '',
    arguments: typeof text === 'string' ? text : '',
    ...(custom ? { custom } : {}),
  }
}

function readPicture({ result, output_format: format }: JsonObject): readonly Part[] {
  if (typeof result !== 'string') return []
  const mediaType = `image/${typeof format === 'string' ? format : 'png'}`
  return [{ type: 'image', source: { from: 'data', mediaType, base64: result } }]
}
