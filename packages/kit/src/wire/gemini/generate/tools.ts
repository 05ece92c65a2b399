import { defined } from '../../defined.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { FunctionTool, Tool, ToolChoice } from '../../neutral/conversation.ts'
import { camelFields, field, objectField, objectsField, textField, textsField, wordField } from '../fields.ts'
import { jsonSchemaOf } from './schema.ts'

/** Functions, and tools that Google runs: https://ai.google.dev/api/caching#Tool */
export function readTools(tools: readonly JsonObject[]): Tool[] {
  return tools.flatMap((tool) => [
    ...objectsField(tool, 'functionDeclarations').map(readFunction),
    ...camelFields(tool)
      .filter(([name]) => name !== 'functionDeclarations')
      .map(([name, value]): Tool => ({ type: 'foreign', from: 'generate', name, value: { [name]: value } })),
  ])
}

function readFunction(declaration: JsonObject): FunctionTool {
  const description = textField(declaration, 'description')
  const parameters = parametersOf(declaration)
  return {
    type: 'function',
    name: textField(declaration, 'name') ?? '',
    ...defined({ description, parameters }),
  }
}

function parametersOf(declaration: JsonObject): JsonObject | undefined {
  const schema = field(declaration, 'parametersJsonSchema')
  if (isObject(schema)) return schema
  const parameters = objectField(declaration, 'parameters')
  return parameters && jsonSchemaOf(parameters)
}

/** All functions in one tool; those of other kinds are left out. */
export function writeTools(tools: readonly Tool[]): readonly JsonObject[] {
  const functionDeclarations = tools.flatMap((tool) =>
    tool.type === 'function' ? [writeFunction(tool)] : [],
  )
  return functionDeclarations.length > 0 ? [{ functionDeclarations }] : []
}

/** Schemas as they are: `parameters` would take a part of OpenAPI alone. */
function writeFunction({ name, description, parameters }: FunctionTool): JsonObject {
  return {
    name,
    ...defined({ description, parametersJsonSchema: parameters }),
  }
}

/** https://ai.google.dev/api/caching#FunctionCallingConfig */
export function readToolChoice(toolConfig: JsonObject): ToolChoice | undefined {
  const config = objectField(toolConfig, 'functionCallingConfig') ?? {}
  const names = textsField(config, 'allowedFunctionNames') ?? []
  const [name] = names
  switch (wordField(config, 'mode')) {
    case 'ANY':
      if (name === undefined) return { mode: 'required' }
      return names.length === 1 ? { mode: 'tool', name } : { mode: 'allowed', names, required: true }
    case 'VALIDATED':
      return name === undefined ? { mode: 'auto' } : { mode: 'allowed', names, required: false }
    case 'NONE':
      return { mode: 'none' }
    case 'AUTO':
      return { mode: 'auto' }
    default:
      return undefined
  }
}

/** Names may be given with ANY, where one of them must be called, and with VALIDATED, where none has to. */
export function writeToolChoice(choice: ToolChoice): JsonObject {
  return { functionCallingConfig: callingConfig(choice) }
}

function callingConfig(choice: ToolChoice): JsonObject {
  switch (choice.mode) {
    case 'auto':
      return { mode: 'AUTO' }
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY' }
    case 'tool':
      return { mode: 'ANY', allowedFunctionNames: [choice.name] }
    case 'allowed':
      return { mode: choice.required ? 'ANY' : 'VALIDATED', allowedFunctionNames: choice.names }
  }
}
