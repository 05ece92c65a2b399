import type { Refusal } from '../behaviour.ts'
import { type Body, isObject } from '../dialect.ts'
import type { Tool, ToolChoice } from '../model/tools.ts'
import { invalid } from './errors.ts'

const NAME = /^[a-zA-Z0-9_-]{1,128}$/

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools */
export function wrongTools({ tools, tool_choice: choice }: Body): Refusal | undefined {
  if (tools === undefined) {
    return choice === undefined
      ? undefined
      : invalid('tool_choice: `tool_choice` may only be specified while providing `tools`.')
  }
  if (!Array.isArray(tools) || !tools.every(isObject)) return invalid('tools: Input should be a valid list')
  for (const [index, tool] of tools.entries()) {
    if (!isOwn(tool)) continue
    if (typeof tool.name !== 'string' || !NAME.test(tool.name)) {
      return invalid(`tools.${index}.custom.name: String should match pattern '${NAME.source}'`)
    }
    const { input_schema: schema } = tool
    if (!isObject(schema)) return invalid(`tools.${index}.custom.input_schema: Field required`)
    if (schema.type !== 'object')
      return invalid(`tools.${index}.custom.input_schema.type: Input should be 'object'`)
  }
  return undefined
}

/** A tool that the client defines and runs. */
function isOwn({ type }: Body): boolean {
  return type === undefined || type === null || type === 'custom'
}

export function toolsIn({ tools }: Body): readonly Tool[] {
  if (!Array.isArray(tools)) return []
  return tools.filter(isOwn).map(({ name, input_schema: parameters }) => ({ name, parameters }))
}

export function choiceOf({ tool_choice: choice }: Body): ToolChoice {
  if (!isObject(choice)) return { mode: 'auto' }
  const single = choice.disable_parallel_tool_use === true
  if (choice.type === 'tool') return { mode: 'required', names: [String(choice.name)], single }
  if (choice.type === 'any') return { mode: 'required', single }
  return { mode: choice.type === 'none' ? 'none' : 'auto', single }
}
