import type { Call } from './call.ts'
import type { Form } from './form.ts'
import type { ClientFormat, Target } from './format.ts'
import type { JsonObject } from './json.ts'
import type { Fields } from './json-fields.ts'

/** A call as it came over the wire: what it asks for, and its own bytes, in which single values can be replaced. */
export interface ReceivedCall extends Call {
  readonly format: ClientFormat
  /** Its path is that endpoint's; false on a route of the application's own, where its body says which call it is. */
  readonly atEndpoint: boolean
  readonly target: Target
  readonly bytes: Buffer
  /** As it is sent on: of a form with its boundary. */
  readonly contentType: string
  /** The JSON, and where its fields stand; empty for a form. */
  readonly text: string
  readonly fields: Fields
  /** Present where it is a form. */
  readonly form?: Form
  /** Its fields; a file of a form as its bytes. */
  readonly body: JsonObject
}
