import { defined } from '../../defined.ts'
import type { Target } from '../../format.ts'
import { invalid, isObject, type JsonObject } from '../../json.ts'
import type { Conversation, ForeignField, Turn } from '../../neutral/conversation.ts'
import type { Part } from '../../neutral/part.ts'
import { camelFields, field, objectField, objectsField, textField, wordField } from '../fields.ts'
import { modelOf } from '../model-path.ts'
import { STREAMS } from './call.ts'
import { callIds } from './call-ids.ts'
import { readConfig } from './generation-config.ts'
import { joinPieces } from './join-pieces.ts'
import { readPart } from './parts-reader.ts'
import { readToolChoice, readTools } from './tools.ts'

/** Read a conversation from a request to generateContent: https://ai.google.dev/api/generate-content#request-body */
export function readRequest(body: JsonObject, target: Target): Conversation {
  const { foreign, ...configured } = readConfig(objectField(body, 'generationConfig') ?? {})
  const tools = readTools(objectsField(body, 'tools'))
  const toolChoice = readToolChoice(objectField(body, 'toolConfig') ?? {})
  const serviceTier = textField(body, 'serviceTier')
  const labels = field(body, 'labels')
  const partial: ForeignField[] = []
  return {
    model: modelOf(body, target),
    turns: readTurns(body, partial),
    stream: target.path.endsWith(STREAMS),
    ...(tools.length > 0 ? { tools } : {}),
    ...defined({ toolChoice, serviceTier }),
    ...(isObject(labels) ? { metadata: labels as Readonly<Record<string, string>> } : {}),
    ...configured,
    foreign: [...foreign, ...foreignIn(body), ...partial],
  }
}

const READ: ReadonlySet<string> = new Set([
  'model',
  'contents',
  'systemInstruction',
  'generationConfig',
  'tools',
  'serviceTier',
  'labels',
])

/** Everything else, `toolConfig` without what it says of functions included. */
function foreignIn(body: JsonObject): ForeignField[] {
  return camelFields(body).flatMap(([name, value]) => {
    if (READ.has(name)) return []
    if (name !== 'toolConfig' || !isObject(value)) return [foreignField(name, value)]
    return camelFields(value).flatMap(([inner, said]) =>
      inner === 'functionCallingConfig' ? [] : [foreignField(`toolConfig.${inner}`, said)],
    )
  })
}

function foreignField(path: string, value: unknown): ForeignField {
  return { from: 'generate', path, value }
}

function readTurns(body: JsonObject, partial: ForeignField[]): Turn[] {
  const ids = callIds('call')
  const system = objectsField(body, 'systemInstruction').flatMap((content) => objectsField(content, 'parts'))
  const instructions = system.flatMap((part) => readPart(part, ids))
  const turns: Turn[] = instructions.length > 0 ? [{ role: 'system', parts: instructions }] : []
  for (const [index, content] of objectsField(body, 'contents').entries()) {
    const parts = objectsField(content, 'parts', `contents[${index}].parts`)
    notePartFields(parts, `contents[${index}]`, partial)
    const said = parts.flatMap((part) => readPart(part, ids))
    for (const turn of splitResults(roleOf(content, index), said)) addTurn(turns, turn)
  }
  return turns
}

/** Results of functions are a turn of their own, whatever is said beside them. */
function splitResults(role: 'user' | 'assistant', parts: readonly Part[]): Turn[] {
  const turns: { role: Turn['role']; parts: Part[] }[] = []
  for (const part of parts) {
    const of = part.type === 'tool_result' ? 'tool' : role
    const last = turns.at(-1)
    if (last?.role === of) last.parts.push(part)
    else turns.push({ role: of, parts: [part] })
  }
  return turns
}

/** What a model says in several contents is one turn: SDKs keep each chunk of a stream as a content. */
function addTurn(turns: Turn[], turn: Turn): void {
  const last = turns.at(-1)
  if (turn.role !== 'assistant') turns.push(turn)
  else if (last?.role !== 'assistant') turns.push({ ...turn, parts: joinPieces(turn.parts) })
  else turns[turns.length - 1] = { ...last, parts: joinPieces([...last.parts, ...turn.parts]) }
}

function roleOf(content: JsonObject, index: number): 'user' | 'assistant' {
  const role = wordField(content, 'role', `contents[${index}].role`) ?? 'USER'
  if (role === 'MODEL') return 'assistant'
  // `function` is how results were given before they were a user's.
  if (role === 'USER' || role === 'FUNCTION') return 'user'
  throw invalid('contents', `\`contents[${index}].role\` is user or model.`)
}

/** What can be said of a part, and that no other dialect can. */
const PART_FIELDS = ['videoMetadata', 'mediaProcessing', 'partMetadata', 'speechMetadata'] as const

function notePartFields(parts: readonly JsonObject[], where: string, partial: ForeignField[]): void {
  for (const [index, part] of parts.entries()) {
    for (const name of PART_FIELDS) {
      const value = field(part, name)
      if (value !== undefined) partial.push(foreignField(`${where}.parts[${index}].${name}`, value))
    }
  }
}
