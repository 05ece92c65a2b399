import type { ClientDialect } from './dialect.ts'
import { type AnyTollgateError, ERRORS, type TollgateError } from './errors.ts'

/** An error as the body that SDKs of a dialect know how to raise, with the reference to give to support. */
export function errorBody(dialect: ClientDialect, error: TollgateError, requestId: string): object {
  return BODIES[dialect](error as AnyTollgateError, requestId)
}

const BODIES: Readonly<Record<ClientDialect, (error: TollgateError, requestId: string) => object>> = {
  openai: openaiBody,
  anthropic: anthropicBody,
  gemini: geminiBody,
}

function messageOf(error: TollgateError, requestId: string): string {
  return `Tollgate: ${error.publicMessage} Ref ${requestId}.`
}

/** https://platform.openai.com/docs/guides/error-codes */
function openaiBody(error: TollgateError, requestId: string): object {
  const { type } = ERRORS[error.code]
  return {
    error: { message: messageOf(error, requestId), type, param: error.param ?? null, code: error.code },
  }
}

/** https://docs.anthropic.com/en/api/errors; `code` is ours. */
function anthropicBody(error: TollgateError, requestId: string): object {
  return {
    type: 'error',
    error: { type: anthropicType(error), message: messageOf(error, requestId), code: error.code },
    request_id: requestId,
  }
}

function anthropicType({ status }: TollgateError): string {
  if (status === 401) return 'authentication_error'
  if (status === 402) return 'billing_error'
  if (status === 403) return 'permission_error'
  if (status === 404) return 'not_found_error'
  if (status === 413) return 'request_too_large'
  if (status === 429) return 'rate_limit_error'
  if (status === 504) return 'timeout_error'
  return status < 500 ? 'invalid_request_error' : 'api_error'
}

/** https://cloud.google.com/apis/design/errors#http_mapping; our code is the reason in its details. */
function geminiBody(error: TollgateError, requestId: string): object {
  return {
    error: {
      code: error.status,
      message: messageOf(error, requestId),
      status: googleStatus(error),
      details: [
        { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: error.code, domain: 'tollgate' },
      ],
    },
  }
}

function googleStatus({ status }: TollgateError): string {
  if (status === 401) return 'UNAUTHENTICATED'
  if (status === 403) return 'PERMISSION_DENIED'
  if (status === 404) return 'NOT_FOUND'
  if (status === 402 || status === 429) return 'RESOURCE_EXHAUSTED'
  if (status === 503) return 'UNAVAILABLE'
  if (status === 504) return 'DEADLINE_EXCEEDED'
  return status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL'
}
