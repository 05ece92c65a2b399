import type { Call } from './call.ts'
import type { Format, Target } from './format.ts'
import type { JsonObject } from './json.ts'
import type { Fields } from './json-fields.ts'

/** A call as it came over the wire: what it asks for, and its own text, in which single values can be replaced. */
export interface ReceivedCall extends Call {
  readonly format: Format
  readonly target: Target
  readonly bytes: Buffer
  readonly text: string
  readonly fields: Fields
  readonly body: JsonObject
}
