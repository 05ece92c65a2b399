import { writeError } from '../anthropic/errors.ts'
import type { RefusedCall } from '../hosting.ts'
import { isObject, parseJson } from '../json.ts'
import type { ProviderError } from '../neutral/provider-error.ts'

/** Where hosts put the name of a request. */
const REQUEST_IDS = ['request-id', 'x-amzn-requestid', 'x-request-id']

/**
 * Errors of a host that serves Claude, in Anthropic's words: quotas, credentials and faults are the host's own, and said as it
 * says them; what Claude itself finds wrong with a request comes as Anthropic says it, and stays as it came.
 *
 * @param read how the host's own errors are read.
 */
export function anthropicError(
  read: (status: number, body: unknown) => ProviderError,
): (refused: RefusedCall) => Buffer {
  return ({ status, headers, body }) => {
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') return body
    const said = parseJson(body.toString('utf8'))
    if (isObject(said) && said.type === 'error') return body
    const id = REQUEST_IDS.map((name) => headers[name]).find((value) => typeof value === 'string')
    return Buffer.from(JSON.stringify(writeError(read(status, said), String(id ?? 'none')).body))
  }
}
