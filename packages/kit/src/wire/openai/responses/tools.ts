import { defined } from '../../defined.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { Tool, ToolChoice } from '../../neutral/conversation.ts'
import { objectField, objectsField, requiredText, textField } from '../fields.ts'

/** https://platform.openai.com/docs/guides/function-calling?api-mode=responses */
export function readTools(body: JsonObject): readonly Tool[] {
  return objectsField(body, 'tools').map((tool, index) => readTool(tool, `tools[${index}]`))
}

function readTool(tool: JsonObject, path: string): Tool {
  const type = requiredText(tool, 'type', `${path}.type`)
  if (type !== 'function' && type !== 'custom') {
    return { type: 'foreign', from: 'responses', name: type, value: tool }
  }
  const name = requiredText(tool, 'name', `${path}.name`)
  const description = textField(tool, 'description', `${path}.description`)
  if (type === 'custom') {
    return { type, name, ...defined({ description, format: objectField(tool, 'format', `${path}.format`) }) }
  }
  return {
    type,
    name,
    ...defined({
      description,
      parameters: objectField(tool, 'parameters', `${path}.parameters`),
      // Where nothing is said, OpenAI is as strict as a schema allows; other dialects refuse one that allows less.
      strict: tool.strict === true ? true : undefined,
    }),
  }
}

/** Tools that another dialect's provider runs itself have no place here. */
export function writeTools(tools: readonly Tool[]): readonly JsonObject[] {
  return tools
    .filter((tool) => tool.type !== 'foreign')
    .map((tool) => {
      if (tool.type === 'custom') return { ...tool }
      const { cache: _, parameters = null, strict = false, ...said } = tool
      return { ...said, parameters, strict }
    })
}

const MODES = ['auto', 'none', 'required'] as const

/** Read `tool_choice`; undefined for a choice of a tool that only OpenAI runs. */
export function readToolChoice({ tool_choice: choice }: JsonObject): ToolChoice | undefined {
  const mode = MODES.find((known) => known === choice)
  if (mode) return { mode }
  if (!isObject(choice)) return undefined
  const { type, name } = choice
  if (type === 'allowed_tools') {
    const tools = objectsField(choice, 'tools', 'tool_choice.tools')
    const names = tools.flatMap((tool) => (typeof tool.name === 'string' ? [tool.name] : []))
    return { mode: 'allowed', names, required: choice.mode === 'required' }
  }
  return typeof name === 'string' && (type === 'function' || type === 'custom')
    ? { mode: 'tool', name }
    : undefined
}

export function writeToolChoice(choice: ToolChoice, tools: readonly Tool[] = []): unknown {
  if (choice.mode === 'tool') return reference(choice.name, tools)
  if (choice.mode !== 'allowed') return choice.mode
  const { names, required } = choice
  return {
    type: 'allowed_tools',
    mode: required ? 'required' : 'auto',
    tools: names.map((name) => reference(name, tools)),
  }
}

function reference(name: string, tools: readonly Tool[]): JsonObject {
  const isCustom = tools.some((tool) => tool.type === 'custom' && tool.name === name)
  return { type: isCustom ? 'custom' : 'function', name }
}
