import type { Call } from '../call.ts'
import type { Edits } from '../format.ts'
import type { JsonObject } from '../json.ts'
import type { Quirks } from '../quirks.ts'
import { usageOption } from './shared-fields.ts'

/**
 * What makes a stream say its usage, which the charge depends on. Who says it without being asked may refuse a request that
 * asks, and then even a client that did ask gets what it wants.
 */
export function usageEdits(
  { stream, wantsUsage }: Pick<Call, 'stream' | 'wantsUsage'>,
  body: JsonObject,
  { streamUsage }: Quirks,
): Edits {
  if (streamUsage === 'untold') return body.stream_options === undefined ? {} : { stream_options: undefined }
  return stream && !wantsUsage ? usageOption(body) : {}
}
