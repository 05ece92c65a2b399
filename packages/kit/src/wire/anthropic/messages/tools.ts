import { defined } from '../../defined.ts'
import { invalid, isObject, type JsonObject } from '../../json.ts'
import type {
  Conversation,
  ForeignField,
  FunctionTool,
  Tool,
  ToolChoice,
} from '../../neutral/conversation.ts'
import { readCacheMarker, writeCacheMarker } from './cache-marker.ts'
import { isOwnTool } from './tool-kinds.ts'

/** The tools of a request, and what of their definitions no other dialect has. */
export function readTools(tools: unknown): {
  readonly tools?: readonly Tool[]
  readonly foreign: ForeignField[]
} {
  if (tools === undefined || tools === null) return { foreign: [] }
  if (!Array.isArray(tools) || !tools.every(isObject)) throw invalid('tools', '`tools` is a list of objects.')
  return { tools: tools.map(readTool), foreign: tools.flatMap(foreignFields) }
}

const KNOWN: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
])

function foreignFields(tool: JsonObject, index: number): ForeignField[] {
  if (!isOwnTool(tool)) return []
  return Object.entries(tool)
    .filter(([name, value]) => !KNOWN.has(name) && value !== null)
    .map(([name, value]) => ({ from: 'messages', path: `tools[${index}].${name}`, value }))
}

function readTool(tool: JsonObject, index: number): Tool {
  const { type, name, description, input_schema: schema, strict } = tool
  if (!isOwnTool(tool)) return { type: 'foreign', from: 'messages', name: String(type), value: tool }
  if (typeof name !== 'string') throw invalid('tools', `\`tools[${index}].name\` is missing.`)
  return {
    type: 'function',
    name,
    ...(typeof description === 'string' ? { description } : {}),
    ...(isObject(schema) && !isEmptySchema(schema) ? { parameters: schema } : {}),
    ...(typeof strict === 'boolean' ? { strict } : {}),
    ...readCacheMarker(tool),
  }
}

/** A function without parameters needs a schema all the same. */
const NO_PARAMETERS = { type: 'object' }

function isEmptySchema(schema: JsonObject): boolean {
  return schema.type === 'object' && Object.keys(schema).length === 1
}

/** What a model may choose from and how, as fields of the request. */
export function writeTools({ tools = [], toolChoice, parallelToolCalls }: Conversation): JsonObject {
  const chosen = toolChoice?.mode === 'allowed' ? toolChoice.names : undefined
  const written = tools.flatMap((tool) => {
    if (tool.type === 'foreign') return tool.from === 'messages' ? [tool.value] : []
    if (tool.type === 'custom' || (chosen && !chosen.includes(tool.name))) return []
    return [writeTool(tool)]
  })
  if (written.length === 0) return {}
  const choice = writeChoice(toolChoice, parallelToolCalls)
  return { tools: written, ...(choice ? { tool_choice: choice } : {}) }
}

function writeTool(tool: FunctionTool): JsonObject {
  const { name, description, parameters, strict } = tool
  return {
    name,
    ...defined({ description }),
    input_schema: { ...NO_PARAMETERS, ...parameters },
    ...defined({ strict }),
    ...writeCacheMarker(tool),
  }
}

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools#controlling-claudes-output */
export function readToolChoice(choice: unknown): Pick<Conversation, 'toolChoice' | 'parallelToolCalls'> {
  if (choice === undefined || choice === null) return {}
  const toolChoice = isObject(choice) ? choiceOf(choice) : undefined
  if (!isObject(choice) || !toolChoice)
    throw invalid('tool_choice', '`tool_choice` is one of `auto`, `any`, `tool` and `none`.')
  const { disable_parallel_tool_use: single } = choice
  return { toolChoice, ...(typeof single === 'boolean' ? { parallelToolCalls: !single } : {}) }
}

function choiceOf({ type, name }: JsonObject): ToolChoice | undefined {
  if (type === 'auto' || type === 'none') return { mode: type }
  if (type === 'any') return { mode: 'required' }
  return type === 'tool' && typeof name === 'string' ? { mode: 'tool', name } : undefined
}

/** A choice that says how many are to be called needs one of what: the model's own, where nobody has made it. */
function writeChoice(choice: ToolChoice | undefined, parallel: boolean | undefined): JsonObject | undefined {
  if (choice?.mode === 'none') return { type: 'none' }
  const single = parallel === undefined ? {} : { disable_parallel_tool_use: !parallel }
  if (choice?.mode === 'tool') return { type: 'tool', name: choice.name, ...single }
  if (choice && isForced(choice)) return { type: 'any', ...single }
  return choice || parallel === false ? { type: 'auto', ...single } : undefined
}

/** Whether some tool must be called. */
export function isForced(choice: ToolChoice | undefined): boolean {
  return (
    choice?.mode === 'tool' || choice?.mode === 'required' || (choice?.mode === 'allowed' && choice.required)
  )
}
