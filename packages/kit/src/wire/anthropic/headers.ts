import type { HeaderRules } from '../header-rules.ts'

/** The version that is asked for where no client says one: https://docs.anthropic.com/en/api/versioning */
export const ANTHROPIC_VERSION = '2023-06-01'

/** A client's own version goes on: the newest one refuses sampling fields that older clients send. */
export const ANTHROPIC_HEADERS: HeaderRules = {
  credentials: (apiKey) => (apiKey ? ['x-api-key', apiKey] : []),
  forwarded: ['anthropic-version', 'anthropic-beta'],
  required: [['anthropic-version', ANTHROPIC_VERSION]],
  returned: new Set(['request-id']),
}
