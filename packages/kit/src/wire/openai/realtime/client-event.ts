import { TollgateError } from '../../../core/errors.ts'
import { invalid, isObject, type JsonObject } from '../../json.ts'
import { scanFields } from '../../json-fields.ts'

/** What a client says in a session. */
export interface ClientEvent {
  readonly type: string
  /** The client's own name for it, by which an error refers to it. */
  readonly id: string | undefined
  readonly body: JsonObject
  /** As it came. */
  readonly text: string
}

/**
 * The events that are known here, and no other: one that is not might cost what nothing has been reserved for.
 * Source: https://platform.openai.com/docs/api-reference/realtime-client-events
 */
const KNOWN: ReadonlySet<string> = new Set([
  'session.update',
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'output_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.retrieve',
  'conversation.item.truncate',
  'conversation.item.delete',
  'response.create',
  'response.cancel',
])

/** Fields that decide what an event is: given twice, two readers may disagree about which one counts. */
const GUARDED: readonly string[] = ['type', 'event_id', 'session', 'response', 'item', 'audio']

/** Read an event. @throws TollgateError `invalid_request` when it is none, or none that is known here. */
export function readClientEvent(text: string): ClientEvent {
  const { body, names } = parse(text)
  for (const name of names) {
    const known = GUARDED.find((each) => each === name.toLowerCase())
    if (known !== undefined && known !== name)
      throw invalid(known, `\`${name}\` is not a field: write \`${known}\`.`)
  }
  const { type, event_id: id } = body
  if (typeof type !== 'string' || !KNOWN.has(type))
    throw invalid('type', 'This gateway does not know an event of this type, and does not pass it on.')
  return { type, id: typeof id === 'string' ? id : undefined, body, text }
}

/** The scan comes first: it sees how deep the text nests before a parser builds all of it. */
function parse(text: string): { readonly body: JsonObject; readonly names: Iterable<string> } {
  try {
    const { spans, duplicates } = scanFields(text)
    const [twice] = duplicates
    if (twice !== undefined) throw invalid(twice, `\`${twice}\` is given twice.`)
    const body: unknown = JSON.parse(text)
    if (isObject(body)) return { body, names: spans.keys() }
  } catch (error) {
    if (TollgateError.is(error)) throw error
    // Refused below: what exactly is wrong with it is for its sender to find.
  }
  throw new TollgateError('invalid_request', { message: 'An event is a JSON object, sent as text.' })
}
