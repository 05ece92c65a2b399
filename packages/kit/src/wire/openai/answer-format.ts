import { defined } from '../defined.ts'
import { invalid, isObject, type JsonObject } from '../json.ts'
import type { AnswerFormat } from '../neutral/conversation.ts'
import { requiredText, textField } from './fields.ts'

/**
 * Read the shape that an answer is to have. Chat keeps a schema one level down, in `json_schema`; Responses does not.
 * Source: https://platform.openai.com/docs/guides/structured-outputs
 */
export function readAnswerFormat(format: JsonObject | undefined, path: string): AnswerFormat | undefined {
  if (!format) return undefined
  const type = requiredText(format, 'type', `${path}.type`)
  if (type === 'text') return { type }
  if (type === 'json_object') return { type: 'json' }
  if (type !== 'json_schema') throw invalid(path, `\`${path}\` is text, json_object or json_schema.`)
  const { json_schema: nested } = format
  const said = isObject(nested) ? nested : format
  const { schema, strict } = said
  return {
    type: 'schema',
    schema: isObject(schema) ? schema : {},
    ...defined({
      name: textField(said, 'name', `${path}.name`),
      description: textField(said, 'description', `${path}.description`),
      strict: typeof strict === 'boolean' ? strict : undefined,
    }),
  }
}

/** OpenAI wants a name for every schema, which other dialects do not have. */
const UNNAMED = 'answer'

export function writeAnswerFormat(format: AnswerFormat, nested: boolean): JsonObject {
  if (format.type === 'text') return { type: 'text' }
  if (format.type === 'json') return { type: 'json_object' }
  const { type: _, name = UNNAMED, ...rest } = format
  const said = { name, ...rest }
  return nested ? { type: 'json_schema', json_schema: said } : { type: 'json_schema', ...said }
}
