import type { Dialect } from '../../core/dialect.ts'

/**
 * What is passed through to nobody, whatever it costs, in any case of its letters and without its version.
 *
 * Credentials for clients, with which they would call the provider past every budget: OpenAI's
 * https://platform.openai.com/docs/api-reference/realtime-sessions and https://platform.openai.com/docs/api-reference/chatkit,
 * Gemini's https://ai.google.dev/gemini-api/docs/ephemeral-tokens. Calls that go on beside the request that opened them:
 * https://platform.openai.com/docs/guides/realtime-webrtc. The administration of the operator's account:
 * https://platform.openai.com/docs/api-reference/administration, https://platform.claude.com/docs/en/api/administration-api.
 * And the list of models, which is the gateway's own: it tells a caller only of those that it may use. Of uploads, which have
 * an address of their own at Gemini, those are open that are known: https://ai.google.dev/api/files.
 */
const CLOSED: Readonly<Partial<Record<Dialect, RegExp>>> = {
  openai:
    /^\/(?:realtime|chatkit|organizations?|dashboard|admin|auth|keys?|api[-_]keys?)(?:\/|$)|^\/models(?:\/[^/]+)?$/,
  anthropic: /^\/(?:organizations?|admin)(?:\/|$)|^\/models(?:\/[^/]+)?$/,
  gemini:
    /^\/auth_?tokens(?:\/|$)|^\/models(?:\/[^/:]+)?$|^\/upload\/(?!files$|filesearchstores\/[^/:]+:uploadtofilesearchstore$)/,
  // Bedrock alone speaks it, and what is open there its host says: wire/hosts/bedrock-passing.ts.
  converse: /^/,
}

/** Whether nobody is let through to this path of a dialect; of one that is not here, to none. */
export function isClosed(dialect: Dialect, path: string): boolean {
  return CLOSED[dialect]?.test(path.toLowerCase()) ?? true
}
