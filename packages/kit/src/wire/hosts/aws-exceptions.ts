/**
 * Exceptions inside a stream of Bedrock's, each with Anthropic's word for it and the status that it would have had:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ResponseStream.html
 */
export const EXCEPTIONS: Readonly<Record<string, { readonly type: string; readonly status: number }>> = {
  internalServerException: { type: 'api_error', status: 500 },
  modelStreamErrorException: { type: 'api_error', status: 500 },
  modelTimeoutException: { type: 'timeout_error', status: 504 },
  serviceUnavailableException: { type: 'overloaded_error', status: 503 },
  throttlingException: { type: 'rate_limit_error', status: 429 },
  validationException: { type: 'invalid_request_error', status: 400 },
}
