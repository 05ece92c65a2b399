import type { HeaderRules } from '../header-rules.ts'

/**
 * https://ai.google.dev/api#authentication. An answer says the tier that served it, which may be another than was asked
 * for: https://ai.google.dev/gemini-api/docs/priority-inference
 */
export const GEMINI_HEADERS: HeaderRules = {
  credentials: (apiKey) => (apiKey ? ['x-goog-api-key', apiKey] : []),
  forwarded: ['x-goog-api-client'],
  required: [],
  returned: new Set(['x-gemini-service-tier']),
}
