import { type Body, isObject } from '../dialect.ts'
import type { Tool, ToolChoice } from '../model/tools.ts'

/** The functions that a chat request offers: https://platform.openai.com/docs/guides/function-calling */
export function chatTools(tools: unknown): readonly Tool[] {
  if (!Array.isArray(tools)) return []
  return tools.map((tool: unknown) => (isObject(tool) ? tool.function : undefined)).filter(isTool)
}

/** A function of Responses stands in its tool itself. */
export function responsesTools(tools: unknown): readonly Tool[] {
  return Array.isArray(tools) ? tools.filter((tool) => isTool(tool) && tool.type === 'function') : []
}

function isTool(tool: unknown): tool is Tool & Body {
  return isObject(tool) && typeof tool.name === 'string'
}

/** `tool_choice` of either endpoint: one names its function directly, the other in an object of its own. */
export function choiceOf({ tool_choice: choice, parallel_tool_calls: parallel }: Body): ToolChoice {
  const single = parallel === false
  if (choice === 'none' || choice === 'required') return { mode: choice, single }
  if (!isObject(choice)) return { mode: 'auto', single }
  const allowed = isObject(choice.allowed_tools) ? choice.allowed_tools : choice
  if (Array.isArray(allowed.tools)) {
    const names = allowed.tools.map(nameOf).filter((name) => name !== undefined)
    return { mode: allowed.mode === 'required' ? 'required' : 'auto', names, single }
  }
  const name = nameOf(choice)
  return name === undefined ? { mode: 'auto', single } : { mode: 'required', names: [name], single }
}

function nameOf(reference: unknown): string | undefined {
  if (!isObject(reference)) return undefined
  const name = isObject(reference.function) ? reference.function.name : reference.name
  return typeof name === 'string' ? name : undefined
}
