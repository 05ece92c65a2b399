import { defined } from '../defined.ts'
import type { JsonObject } from '../json.ts'
import type { Conversation, FunctionTool, ToolChoice, Turn } from '../neutral/conversation.ts'
import { cachePoint } from './content-writer.ts'

/**
 * What a model may choose from and how: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html
 * There is no word for `none`; tools are then left out, but for those that were called before, without which Converse
 * refuses the history.
 */
export function writeTools({ tools = [], toolChoice, turns }: Conversation): JsonObject {
  const offered = tools.filter((tool) => tool.type === 'function').filter(isOffered(toolChoice))
  const known = new Set(offered.map(({ name }) => name))
  const before = calledIn(turns).filter((name) => !known.has(name))
  const written = [...offered.flatMap(writeTool), ...(known.size === 0 ? before.map(bareTool) : [])]
  if (written.length === 0) return {}
  const choice = known.size > 0 && toolChoice ? writeChoice(toolChoice) : undefined
  return { toolConfig: { tools: written, ...(choice ? { toolChoice: choice } : {}) } }
}

function isOffered(choice: ToolChoice | undefined): (tool: FunctionTool) => boolean {
  if (choice?.mode === 'none') return () => false
  return ({ name }) => choice?.mode !== 'allowed' || choice.names.includes(name)
}

function calledIn(turns: readonly Turn[]): string[] {
  const calls = turns.flatMap(({ parts }) => parts.filter((part) => part.type === 'tool_call'))
  return [...new Set(calls.map(({ name }) => name))]
}

function bareTool(name: string): JsonObject {
  return { toolSpec: { name, inputSchema: { json: NO_PARAMETERS } } }
}

const NO_PARAMETERS = { type: 'object' }

function writeTool({ name, description, parameters, strict, cache }: FunctionTool): JsonObject[] {
  const toolSpec = {
    name,
    ...defined({ description, strict }),
    inputSchema: { json: { ...NO_PARAMETERS, ...parameters } },
  }
  return [{ toolSpec }, ...(cache ? [cachePoint(cache)] : [])]
}

function writeChoice(choice: ToolChoice): JsonObject | undefined {
  if (choice.mode === 'tool') return { tool: { name: choice.name } }
  const forced = choice.mode === 'required' || (choice.mode === 'allowed' && choice.required)
  return forced ? { any: {} } : { auto: {} }
}
