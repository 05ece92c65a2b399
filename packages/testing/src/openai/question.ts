import type { Behaviour, Refusal } from '../behaviour.ts'
import type { Bill } from '../prices.ts'
import { invalidRequest, modelNotFound } from './errors.ts'

/** A request body: an object, of which nothing else is known yet. */
export type Body = Readonly<Record<string, unknown>>

/** A request to one endpoint. */
export interface Question {
  readonly id: string
  readonly body: Body
  readonly behaviour: Behaviour
  readonly bills: ReadonlyMap<string, Bill>
  /** Input tokens, from the texts that the endpoint found, or as the provider was told to count. */
  readonly countInput: (tokensOfTexts: () => number) => number
  readonly nowMs: number
}

/** What every endpoint asks of a request first. */
export interface Basics {
  readonly model: string
  readonly bill: Bill
}

// `gpt-4o-2024-08-06` is a dated edition of `gpt-4o`, and billed like it.
const EDITION = /-\d{4}-\d{2}-\d{2}$/

/** The model and its bill, or why there is none. */
export function basicsOf({ body, bills }: Question): Basics | Refusal {
  const { model } = body
  if (typeof model !== 'string' || model === '')
    return invalidRequest('you must provide a model parameter', 'model')
  const bill = bills.get(model) ?? bills.get(model.replace(EDITION, ''))
  return bill ? { model, bill } : modelNotFound(model)
}

/** A number of something; undefined when it was not given, a refusal when it is not a whole number in the range. */
export function wholeNumber(
  body: Body,
  name: string,
  { min = 1, max = Number.MAX_SAFE_INTEGER } = {},
): number | undefined | Refusal {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  return invalidRequest(`Invalid '${name}': expected an integer ${range}.`, name)
}

export function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isRefusal(value: unknown): value is Refusal {
  return isObject(value) && 'message' in value && 'status' in value
}
