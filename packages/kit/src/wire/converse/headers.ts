import type { HeaderRules } from '../header-rules.ts'

/** A key of Bedrock's own is a bearer token: https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html. Others sign. */
export const CONVERSE_HEADERS: HeaderRules = {
  credentials: (apiKey) => (apiKey ? ['authorization', `Bearer ${apiKey}`] : []),
  forwarded: [],
  required: [],
  returned: new Set(['x-amzn-requestid']),
}
