/** Endpoints that go on with a conversation: each can be served by a provider of another dialect. */
export type ConversationEndpoint = 'chat' | 'responses' | 'messages' | 'generate'

/**
 * What a call asks for, each in a wire format of its own. OpenAI's: `chat` (Chat Completions), `responses`, `completions`,
 * `embeddings`. Anthropic's: `messages`, `count_tokens`. Gemini's: `generate` (generateContent and streamGenerateContent),
 * `embed`, `count`.
 */
export type Endpoint =
  | ConversationEndpoint
  | 'completions'
  | 'embeddings'
  | 'count_tokens'
  | 'embed'
  | 'count'
