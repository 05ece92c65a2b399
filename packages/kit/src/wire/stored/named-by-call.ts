import type { Endpoint } from '../endpoint.ts'
import { invalid, parseJson } from '../json.ts'
import { keptItems } from '../openai/responses/kept-items.ts'
import type { ReceivedCall } from '../received-call.ts'
import { namedIn } from './named-in.ts'
import { namedInForm } from './named-in-form.ts'

/** What a call of a model names that a provider stores. */
export interface NamedByCall {
  readonly named: readonly string[]
  /** What of it the call has with it, where it is translated. */
  readonly kept: ReadonlySet<unknown>
}

const NOTHING: NamedByCall = { named: [], kept: new Set() }

/**
 * What a call names of what providers store. What its reader has found in it is not asked: that comes from a parser, which has
 * forgotten what was said twice.
 *
 * @throws TollgateError `invalid_request` when it names more than any request needs.
 */
export function namedByCall(call: ReceivedCall): NamedByCall {
  const { text, form, bytes, body, endpoint } = call
  if (TEXT_ALONE.has(endpoint)) return NOTHING
  const named = form ? namedInForm(form.parts, bytes) : namedIn(text)
  if (named.length === 0) return NOTHING
  const items = endpoint === 'responses' && Array.isArray(body.input) ? body.input : []
  return { named, kept: new Set(keptItems(items).keys()) }
}

/** Whoever takes texts alone, and stores nothing. */
const TEXT_ALONE: ReadonlySet<Endpoint> = new Set(['embeddings', 'completions', 'speech', 'moderations'])

/** @throws TollgateError `invalid_request` for a text that is no JSON: what it names cannot be told. */
export function namedInJson(text: string): readonly string[] {
  if (parseJson(text) === undefined) throw invalid('body', 'The body is not JSON.')
  return namedIn(text)
}
