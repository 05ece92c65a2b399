import { invalid, isObject, type JsonObject } from '../../json.ts'
import type { Turn } from '../../neutral/conversation.ts'
import type { Part, ToolResultPart } from '../../neutral/part.ts'
import { requiredText, textField } from '../fields.ts'
import { turnLog } from '../turn-log.ts'
import { isKeeper, keptItems } from './kept-items.ts'
import { readContent } from './parts.ts'
import { readReasoning, sealedCall } from './reasoning.ts'

/** Read `input` into turns: what an assistant thought, said and called is one, and so are the results of its calls. */
export function readItems(input: unknown): readonly Turn[] {
  if (typeof input === 'string') return [{ role: 'user', parts: [{ type: 'text', text: input }] }]
  if (!Array.isArray(input)) throw invalid('input', '`input` is a string or a list of items.')
  const log = turnLog(JOINED)
  const kept = keptItems(input)
  input.forEach((said: unknown, index) => {
    const path = `input[${index}]`
    if (!isObject(said)) throw invalid(path, `\`${path}\` is an object.`)
    if (isKeeper(said)) return
    const item = (isReference(said) && kept.get(said.id)) || said
    const call = item.type === 'reasoning' ? sealedCall(item) : undefined
    const { seal } = call === undefined ? {} : readReasoning(item)
    if (call === undefined) log.add(readItem(item, path))
    else if (seal) log.seal(call, seal)
  })
  return log.turns
}

/** Items have types, messages may do without, and references have nothing but an id. */
function isReference({ type, role }: JsonObject): boolean {
  return type === 'item_reference' || ((type === undefined || type === null) && role === undefined)
}

const JOINED: ReadonlySet<Turn['role']> = new Set(['assistant', 'tool'])

function readItem(item: JsonObject, path: string): Turn {
  const type = isReference(item) ? 'item_reference' : (textField(item, 'type', `${path}.type`) ?? 'message')
  switch (type) {
    case 'message':
      return readMessage(item, path)
    case 'reasoning':
      return { role: 'assistant', parts: [readReasoning(item)] }
    case 'function_call':
    case 'custom_tool_call':
      return { role: 'assistant', parts: [readCall(item, path)] }
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'tool', parts: [readResult(item, path)] }
    case 'item_reference':
    case 'compaction':
      return readStored(item, type, path)
    default:
      return { role: 'assistant', parts: [{ type: 'foreign', from: 'responses', name: type, value: item }] }
  }
}

const ROLES = ['user', 'assistant', 'system', 'developer'] as const

function readMessage(item: JsonObject, path: string): Turn {
  const role = ROLES.find((known) => known === item.role)
  if (!role) throw invalid(path, `\`${path}.role\` is one of ${ROLES.join(', ')}.`)
  return { role, parts: readContent(item.content, `${path}.content`) }
}

export function readCall(item: JsonObject, path: string): Part {
  const custom = item.type === 'custom_tool_call'
  return {
    type: 'tool_call',
    id: requiredText(item, 'call_id', `${path}.call_id`),
    name: requiredText(item, 'name', `${path}.name`),
    arguments: textField(item, custom ? 'input' : 'arguments', `${path}.arguments`) ?? '',
    ...(custom ? { custom } : {}),
  }
}

function readResult(item: JsonObject, path: string): ToolResultPart {
  return {
    type: 'tool_result',
    callId: requiredText(item, 'call_id', `${path}.call_id`),
    parts: readContent(item.output, `${path}.output`),
    ...(item.type === 'custom_tool_call_output' ? { custom: true } : {}),
  }
}

/**
 * What OpenAI has stored, or has compacted so that only it can read it. An earlier thought can be gone without, as other
 * thoughts of its kind are; what was said cannot.
 */
function readStored(item: JsonObject, type: string, path: string): Turn {
  const id = typeof item.id === 'string' ? item.id : ''
  if (type === 'item_reference' && id.startsWith('rs_')) {
    return { role: 'assistant', parts: [{ type: 'foreign', from: 'responses', name: type, value: item }] }
  }
  throw invalid(
    path,
    `\`${path}\` is ${type === 'compaction' ? 'compacted by' : 'stored at'} OpenAI, and this model is served by a provider that cannot read it. Send whole items, with \`store: false\`.`,
  )
}
