import type { Refusal } from '../behaviour.ts'
import { billOf, type Question } from '../dialect.ts'
import type { Bill } from '../prices.ts'
import { notFound } from './errors.ts'

/** A model, and what is asked of it. */
export interface Named {
  readonly model: string
  readonly bill: Bill
  readonly method: string
}

const PATH = /\/models\/([^/]+):([A-Za-z]+)$/

/** The path names the model, and what is to be done with it. */
export function namedIn({ path, bills }: Pick<Question, 'path' | 'bills'>): Named | Refusal {
  const [, encoded = '', method = ''] = PATH.exec(path) ?? []
  if (method === '') return notFound('Requested entity was not found.')
  const model = decodeURIComponent(encoded)
  const bill = billOf(model, bills)
  if (!bill) {
    return notFound(
      `models/${model} is not found for API version v1beta, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`,
    )
  }
  return { model, bill, method }
}
