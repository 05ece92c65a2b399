import type { HeaderRules } from '../header-rules.ts'

/** https://ai.google.dev/api#authentication */
export const GEMINI_HEADERS: HeaderRules = {
  credentials: (apiKey) => (apiKey ? ['x-goog-api-key', apiKey] : []),
  forwarded: ['x-goog-api-client'],
  required: [],
  returned: new Set(),
}
