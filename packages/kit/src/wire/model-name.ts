import { invalid } from './json.ts'

/** Printable ASCII without spaces or quotes: what a provider could read differently names no model. */
const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}$/

/** A model's name, wherever a request says it. @throws TollgateError `invalid_request`, naming `param`. */
export function modelName(model: unknown, param: string): string {
  if (typeof model !== 'string' || model === '') throw invalid(param, '`model` is missing.')
  if (!MODEL_NAME.test(model)) {
    throw invalid(param, '`model` is a plain name: letters, digits and . _ : / @ + -')
  }
  return model
}
