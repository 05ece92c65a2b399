import type { HeaderRules } from '../header-rules.ts'

/**
 * `openai-organization` and `openai-project` stay here: they would choose whose quota is used. So does `idempotency-key`: to
 * the provider all tenants are one account, and where two of them chose the same key, one would get the other's answer.
 */
export const OPENAI_HEADERS: HeaderRules = {
  credentials: (apiKey) => (apiKey ? ['authorization', `Bearer ${apiKey}`] : []),
  forwarded: ['openai-beta'],
  required: [],
  returned: new Set(['openai-version', 'openai-processing-ms']),
}
