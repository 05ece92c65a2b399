import { TollgateError } from '../core/errors.ts'
import type { JsonObject } from '../core/json-object.ts'

export { isObject, type JsonObject, parseJson, parseObject } from '../core/json-object.ts'

/** A field is wrong: 400, naming it. */
export function invalid(param: string, message: string): TollgateError<'invalid_request'> {
  return new TollgateError('invalid_request', { param, message })
}

/** A field that may be absent or null, and is otherwise a boolean. */
export function optionalBoolean(body: JsonObject, name: string): boolean | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'boolean') throw invalid(name, `\`${name}\` is true or false.`)
  return value
}

/** Whether a `content-type` is JSON's, or that of a format made of it. */
export function isJsonType(type: string | undefined): boolean {
  return type !== undefined && /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)
}

/** A number of tokens, or of anything else that is counted. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** A field that may be absent or null, and is otherwise an integer in a range. */
export function optionalInteger(
  body: JsonObject,
  name: string,
  min: number,
  max: number,
): number | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    throw invalid(name, `\`${name}\` is an integer from ${min} to ${max}.`)
  }
  return value
}
