import { textOfJson } from '../../input-texts.ts'
import { isObject, type JsonObject } from '../../json.ts'

/** The texts of a request to this endpoint, and to the one that counts its tokens. */
export function inputTexts({ system, messages, tools, output_config: config }: JsonObject): string[] {
  return [...textOfJson(tools, config), ...saidIn(system), ...saidIn(messages)]
}

/** What is sealed is no text, and neither are bytes in base64. */
const NOT_TEXT: ReadonlySet<string> = new Set(['type', 'signature', 'encrypted_content'])

function saidIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(saidIn)
  if (!isObject(value) || value.type === 'base64' || value.type === 'redacted_thinking') return []
  return Object.entries(value).flatMap(([name, inner]) => (NOT_TEXT.has(name) ? [] : saidIn(inner)))
}
