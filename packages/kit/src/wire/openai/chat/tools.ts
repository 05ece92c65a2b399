import { defined } from '../../defined.ts'
import { invalid, isObject, type JsonObject } from '../../json.ts'
import type { CustomTool, FunctionTool, Tool, ToolChoice } from '../../neutral/conversation.ts'
import { readCacheMarker } from '../cache-marker.ts'
import { objectField, objectsField, requiredText, textField } from '../fields.ts'

/** Read `tools`, and `functions`, as they were called before: https://platform.openai.com/docs/guides/function-calling */
export function readTools(body: JsonObject): readonly Tool[] {
  const tools = objectsField(body, 'tools').map((tool, index) => readTool(tool, `tools[${index}]`))
  const functions = objectsField(body, 'functions').map((said, index) =>
    readFunction(said, `functions[${index}]`),
  )
  return [...tools, ...functions]
}

function readTool(tool: JsonObject, path: string): Tool {
  const type = requiredText(tool, 'type', `${path}.type`)
  if (type === 'function') {
    return { ...readFunction(within(tool, type, path), `${path}.function`), ...readCacheMarker(tool) }
  }
  if (type !== 'custom') return { type: 'foreign', from: 'chat', name: type, value: tool }
  const custom = within(tool, type, path)
  return {
    type,
    name: requiredText(custom, 'name', `${path}.custom.name`),
    ...defined({
      description: textField(custom, 'description', `${path}.custom.description`),
      format: flatGrammar(objectField(custom, 'format', `${path}.custom.format`)),
    }),
  }
}

function within(of: JsonObject, name: string, path: string): JsonObject {
  const found = of[name]
  if (!isObject(found)) throw invalid(path, `\`${path}.${name}\` is missing.`)
  return found
}

function readFunction(said: JsonObject, path: string): FunctionTool {
  return {
    type: 'function',
    name: requiredText(said, 'name', `${path}.name`),
    ...defined({
      description: textField(said, 'description', `${path}.description`),
      parameters: objectField(said, 'parameters', `${path}.parameters`),
      strict: typeof said.strict === 'boolean' ? said.strict : undefined,
    }),
  }
}

/** Neutral is the form that Responses has: a grammar's own fields beside its type, and not one level down. */
function flatGrammar(format: JsonObject | undefined): JsonObject | undefined {
  return isObject(format?.grammar) ? { type: 'grammar', ...format.grammar } : format
}

function nestedGrammar(format: JsonObject | undefined): JsonObject | undefined {
  if (format?.type !== 'grammar') return format
  const { type, ...grammar } = format
  return { type, grammar }
}

/** Tools that the provider runs itself have no place in Chat. */
export function writeTools(tools: readonly Tool[]): readonly JsonObject[] {
  return tools.filter((tool) => tool.type !== 'foreign').map(writeTool)
}

function writeTool(tool: FunctionTool | CustomTool): JsonObject {
  if (tool.type === 'function') {
    const { type, cache: _, ...said } = tool
    return { type, function: said }
  }
  const { type, format, ...said } = tool
  return { type, custom: { ...said, ...defined({ format: nestedGrammar(format) }) } }
}

const MODES = ['auto', 'none', 'required'] as const

/** Read `tool_choice`, and `function_call`, as it was called before. */
export function readToolChoice(body: JsonObject): ToolChoice | undefined {
  const { tool_choice: choice, function_call: legacy } = body
  if (choice === undefined || choice === null) return legacy ? readLegacyChoice(legacy) : undefined
  const mode = MODES.find((known) => known === choice)
  if (mode) return { mode }
  if (isObject(choice)) {
    if (isObject(choice.allowed_tools)) return readAllowed(choice.allowed_tools)
    const name = nameIn(choice)
    if (name !== undefined) return { mode: 'tool', name }
  }
  throw invalid('tool_choice', '`tool_choice` is auto, none, required, or names tools.')
}

function readLegacyChoice(legacy: unknown): ToolChoice {
  if (isObject(legacy)) return { mode: 'tool', name: requiredText(legacy, 'name', 'function_call.name') }
  const mode = MODES.find((known) => known === legacy)
  if (!mode) throw invalid('function_call', '`function_call` is auto, none, or names a function.')
  return { mode }
}

function readAllowed(allowed: JsonObject): ToolChoice {
  const names = objectsField(allowed, 'tools', 'tool_choice.allowed_tools.tools').map((tool, index) => {
    const name = nameIn(tool)
    const path = `tool_choice.allowed_tools.tools[${index}]`
    if (name === undefined) throw invalid(path, `\`${path}\` names no function.`)
    return name
  })
  return { mode: 'allowed', names, required: allowed.mode === 'required' }
}

/** The name in `{type: 'function', function: {name}}`, or in a custom tool's. */
function nameIn({ function: said, custom }: JsonObject): string | undefined {
  const named = isObject(said) ? said : custom
  return isObject(named) && typeof named.name === 'string' ? named.name : undefined
}

export function writeToolChoice(choice: ToolChoice, tools: readonly Tool[] = []): unknown {
  if (choice.mode === 'tool') return reference(choice.name, tools)
  if (choice.mode !== 'allowed') return choice.mode
  const { names, required } = choice
  const allowed = names.map((name) => reference(name, tools))
  return {
    type: 'allowed_tools',
    allowed_tools: { mode: required ? 'required' : 'auto', tools: allowed },
  }
}

function reference(name: string, tools: readonly Tool[]): JsonObject {
  const isCustom = tools.some((tool) => tool.type === 'custom' && tool.name === name)
  return isCustom ? { type: 'custom', custom: { name } } : { type: 'function', function: { name } }
}
