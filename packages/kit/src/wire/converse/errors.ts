import { isObject } from '../json.ts'
import type { ProviderError, ProviderErrorKind } from '../neutral/provider-error.ts'

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html */
const KIND_BY_STATUS: ReadonlyMap<number, ProviderErrorKind> = new Map([
  [401, 'authentication'],
  [403, 'permission'],
  [404, 'not_found'],
  [408, 'timeout'],
  [413, 'too_large'],
  // The model is not ready; the caller is not at fault.
  [424, 'server'],
  [429, 'rate_limited'],
  [503, 'overloaded'],
  [504, 'timeout'],
])

/** What models say of a prompt that is too long, each in its maker's words. */
const TOO_LONG = /too long|too many (?:input )?tokens|context (?:length|window)|maximum context/i
/** A key that does not exist, a signature that does not fit, a clock that is wrong. */
const NOT_KNOWN = /security token|signature|api key/i

/** Read an error's body, `{message}`, in whichever case its service writes that. */
export function readError(status: number, body: unknown): ProviderError {
  const { message: small, Message: large } = isObject(body) ? body : {}
  const said = [small, large].find((text) => typeof text === 'string' && text !== '')
  const message = typeof said === 'string' ? said : `The provider answered with status ${status}.`
  return { status, kind: kindOf(status, message), message }
}

function kindOf(status: number, message: string): ProviderErrorKind {
  if (status === 400 && TOO_LONG.test(message)) return 'context_window'
  if (status === 403 && NOT_KNOWN.test(message)) return 'authentication'
  return KIND_BY_STATUS.get(status) ?? (status >= 500 ? 'server' : 'invalid_request')
}
