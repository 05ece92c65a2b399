import type { Edits } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { CapField, Quirks } from '../../quirks.ts'

const FIELDS: readonly CapField[] = ['max_tokens', 'max_completion_tokens']

/**
 * The cap on output, in the field that the client has filled in, else in the endpoint's current one. A provider that knows
 * one of them alone gets that one: the other would be refused there, or passed over, and nothing would bound the answer.
 */
export function capEdits(body: JsonObject, maxOutputTokens: number | undefined, { capField }: Quirks): Edits {
  const given = FIELDS.find((name) => typeof body[name] === 'number')
  const field = capField ?? given ?? 'max_completion_tokens'
  const moved = given !== undefined && given !== field
  const cap = maxOutputTokens ?? (moved ? body[given] : undefined)
  if (cap === undefined) return {}
  return { ...(moved ? { [given]: undefined } : {}), [field]: cap }
}
