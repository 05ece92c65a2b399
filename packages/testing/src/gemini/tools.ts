import type { Refusal } from '../behaviour.ts'
import type { Body } from '../dialect.ts'
import type { Tool, ToolChoice } from '../model/tools.ts'
import { invalid } from './errors.ts'
import { field, objectField, objectsField, wordField } from './fields.ts'
import { jsonSchemaOf } from './schema.ts'

/** The functions of a request: https://ai.google.dev/api/caching#FunctionDeclaration */
export function toolsIn(body: Body): readonly Tool[] {
  return objectsField(body, 'tools')
    .flatMap((tool) => objectsField(tool, 'functionDeclarations'))
    .map((declaration) => ({
      name: String(declaration.name),
      parameters: field(declaration, 'parametersJsonSchema') ?? jsonSchemaOf(declaration.parameters),
    }))
}

const NAME = /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/

export function wrongTools(body: Body): Refusal | undefined {
  const wrong = toolsIn(body).find(({ name }) => !NAME.test(name))
  if (wrong) {
    return invalid(
      `* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name. Must start with a letter or an underscore: ${wrong.name}`,
    )
  }
  const { mode, names } = choiceOf(body)
  if (toolsIn(body).length === 0 && mode === 'required') {
    return invalid('Function calling config is set without function_declarations.')
  }
  const unknown = names?.find((name) => !toolsIn(body).some((tool) => tool.name === name))
  return unknown === undefined
    ? undefined
    : invalid(`allowed_function_names should contain only declared functions, and ${unknown} is none.`)
}

/** https://ai.google.dev/api/caching#FunctionCallingConfig */
export function choiceOf(body: Body): ToolChoice {
  const config = objectField(objectField(body, 'toolConfig') ?? {}, 'functionCallingConfig') ?? {}
  const allowed = field(config, 'allowedFunctionNames')
  const names = Array.isArray(allowed) && allowed.length > 0 ? { names: allowed.map(String) } : {}
  const mode = wordField(config, 'mode')
  if (mode === 'NONE') return { mode: 'none' }
  return { mode: mode === 'ANY' ? 'required' : 'auto', ...names }
}
