import { defined } from '../../defined.ts'
import { invalid, isObject, type JsonObject } from '../../json.ts'
import type { Turn } from '../../neutral/conversation.ts'
import type { ForeignPart, Part, ToolResultPart } from '../../neutral/part.ts'
import { requiredText, textField } from '../fields.ts'
import { turnLog } from '../turn-log.ts'
import { readContent } from './parts.ts'
import { readReasoning } from './reasoning.ts'
import { readToolCalls } from './tool-calls.ts'

/** Read `messages` into turns. Results of several calls are one turn, though Chat has a message for each. */
export function readMessages(messages: unknown): readonly Turn[] {
  if (!Array.isArray(messages)) throw invalid('messages', '`messages` is a list of at least one message.')
  const log = turnLog(JOINED)
  const calls = callLog()
  messages.forEach((message: unknown, index) => {
    const path = `messages[${index}]`
    if (!isObject(message)) throw invalid(path, `\`${path}\` is an object.`)
    log.add(readMessage(message, path, calls))
  })
  return log.turns
}

const JOINED: ReadonlySet<Turn['role']> = new Set(['tool'])

function readMessage(message: JsonObject, path: string, calls: CallLog): Turn {
  const role = requiredText(message, 'role', `${path}.role`)
  const name = textField(message, 'name', `${path}.name`)
  switch (role) {
    case 'system':
    case 'developer':
    case 'user':
      return { role, parts: readContent(message.content, `${path}.content`), ...defined({ name }) }
    case 'assistant':
      return { role, parts: readAssistant(message, path, calls), ...defined({ name }) }
    case 'tool':
      return { role, parts: [readResult(message, path, calls)] }
    case 'function':
      return { role: 'tool', parts: [readFunctionResult(message, path, calls)] }
    default:
      throw invalid(
        path,
        `\`${path}.role\` is system, developer, user, assistant, tool or function, not ${role}.`,
      )
  }
}

function readAssistant(message: JsonObject, path: string, calls: CallLog): Part[] {
  const refusal = textField(message, 'refusal', `${path}.refusal`)
  const parts: Part[] = [...readReasoning(message), ...readContent(message.content, `${path}.content`)]
  if (refusal) parts.push({ type: 'refusal', text: refusal })
  if (isObject(message.audio)) parts.push(storedAudio(message.audio))
  for (const call of readToolCalls(message, path)) {
    calls.custom[call.custom ? 'add' : 'delete'](call.id)
    parts.push(call)
  }
  const { function_call: legacy } = message
  if (isObject(legacy)) {
    const name = requiredText(legacy, 'name', `${path}.function_call.name`)
    parts.push({
      type: 'tool_call',
      id: calls.idFor(name),
      name,
      arguments: textField(legacy, 'arguments', `${path}.function_call.arguments`) ?? '',
    })
  }
  return parts
}

/** An earlier answer in audio, which its provider keeps. */
function storedAudio(value: JsonObject): ForeignPart {
  return { type: 'foreign', from: 'chat', name: 'audio', value }
}

function readResult(message: JsonObject, path: string, { custom }: CallLog): ToolResultPart {
  const callId = requiredText(message, 'tool_call_id', `${path}.tool_call_id`)
  const parts = readContent(message.content, `${path}.content`)
  return { type: 'tool_result', callId, parts, ...(custom.has(callId) ? { custom: true } : {}) }
}

function readFunctionResult(message: JsonObject, path: string, calls: CallLog): ToolResultPart {
  const name = requiredText(message, 'name', `${path}.name`)
  return {
    type: 'tool_result',
    callId: calls.lastIdFor(name),
    name,
    parts: readContent(message.content, `${path}.content`),
  }
}

/** What a message must know of the calls before it. */
interface CallLog {
  /** Ids of calls of custom tools, whose results look like all others. */
  readonly custom: Set<string>
  /** An id for a call of a function, which had none before there were tools: the same one each time it is read. */
  idFor(name: string): string
  lastIdFor(name: string): string
}

function callLog(): CallLog {
  const last = new Map<string, string>()
  let count = 0
  const idFor = (name: string) => {
    count += 1
    const id = `call_function_${count}`
    last.set(name, id)
    return id
  }
  return { custom: new Set(), idFor, lastIdFor: (name) => last.get(name) ?? idFor(name) }
}
