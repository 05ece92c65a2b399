import type { Refusal } from '../behaviour.ts'
import { type Body, billOf, type Question } from '../dialect.ts'
import type { Bill } from '../prices.ts'
import { invalidRequest, modelNotFound } from './errors.ts'

/** What every endpoint asks of a request first. */
export interface Basics {
  readonly model: string
  readonly bill: Bill
}

/** The model and its bill, or why there is none. */
export function basicsOf({ body, bills }: Question): Basics | Refusal {
  const { model } = body
  if (typeof model !== 'string' || model === '')
    return invalidRequest('you must provide a model parameter', 'model')
  const bill = billOf(model, bills)
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
