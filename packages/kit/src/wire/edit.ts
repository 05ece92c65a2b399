import { spliceForm } from './form.ts'
import type { Changes, Edits, Format } from './format.ts'
import { spliceFields } from './json-fields.ts'
import type { ReceivedCall } from './received-call.ts'

/** A call with the changes that enforcement needs: as bytes to send on, and, where a host has parsed it, as an object. */
export interface EditedCall {
  readonly bytes: Buffer
  body(): Record<string, unknown>
}

export interface EditOptions {
  /** The call's format as its provider speaks it. */
  readonly format?: Format
  /** What whoever hosts the provider wants in its body besides, or out of it. */
  readonly fields?: Edits
}

/**
 * Change what must be changed in a request, and leave every other byte as it came: the model's name, the cap, and on
 * streams the request for usage, which the charge depends on. Undefined when nothing has to change.
 */
export function editCall(
  call: ReceivedCall,
  { model, maxOutputTokens }: Changes,
  { format = call.format, fields = {} }: EditOptions = {},
): EditedCall | undefined {
  const changes = {
    ...(model === undefined || model === call.model ? {} : { model }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
  const values = { ...format.edits(call, call.body, changes), ...fields }
  const edits = Object.entries(values)
  if (edits.length === 0) return undefined
  return {
    bytes: call.form
      ? spliceForm(call.bytes, call.form, new Map(edits))
      : Buffer.from(spliceFields(call.text, call.fields, edits)),
    body: () => ({ ...call.body, ...values }),
  }
}
