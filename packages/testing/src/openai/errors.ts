import type { Refusal } from '../behaviour.ts'

/** An error as OpenAI spells it: https://platform.openai.com/docs/guides/error-codes */
export function errorText({ message, type = 'invalid_request_error', param, code }: Refusal): string {
  return JSON.stringify({ error: { message, type, param: param ?? null, code: code ?? null } })
}

export const invalidApiKey: Refusal = {
  status: 401,
  message:
    'Incorrect API key provided. You can find your API key at https://platform.openai.com/account/api-keys.',
  type: 'invalid_request_error',
  code: 'invalid_api_key',
}

export function invalidRequest(message: string, param?: string, code?: string): Refusal {
  return {
    status: 400,
    message,
    type: 'invalid_request_error',
    ...(param === undefined ? {} : { param }),
    ...(code === undefined ? {} : { code }),
  }
}

export function modelNotFound(model: string): Refusal {
  return {
    status: 404,
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
    type: 'invalid_request_error',
    code: 'model_not_found',
  }
}

export function unknownUrl(method: string, path: string): Refusal {
  return { status: 404, message: `Invalid URL (${method} ${path})`, type: 'invalid_request_error' }
}
