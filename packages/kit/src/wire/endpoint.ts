/** Endpoints that go on with a conversation: each can be served by a provider of another dialect. */
export type ConversationEndpoint = 'chat' | 'responses' | 'messages' | 'generate' | 'converse'

/**
 * What a call asks for, each in a wire format of its own. OpenAI's: `chat` (Chat Completions), `responses`, `completions`,
 * `embeddings`, `images` (generations), `image_edits`, `image_variations`, `speech`, `transcriptions`, `translations` (of
 * recordings), `moderations`. Anthropic's: `messages`, `count_tokens`. Gemini's: `generate` (generateContent and streamGenerateContent),
 * `embed`, `count`. `realtime` has no format: it is a session over a WebSocket, and a call is one response in it.
 */
export type Endpoint =
  | ConversationEndpoint
  | 'completions'
  | 'embeddings'
  | 'count_tokens'
  | 'embed'
  | 'count'
  | 'realtime'
  | 'images'
  | 'image_edits'
  | 'image_variations'
  | 'speech'
  | 'transcriptions'
  | 'translations'
  | 'moderations'
