import { chatClient, chatServed } from './dialects/chat.ts'
import type { Client, Served } from './dialects/dialect.ts'
import { geminiServed } from './dialects/gemini.ts'
import { messagesClient, messagesServed } from './dialects/messages.ts'

/** Whose client is served by whose provider. */
export interface Direction {
  readonly name: string
  readonly title: string
  readonly client: Client
  readonly served: Served
  /** The direction of the same client in which bytes pass as they are: what this one is told as a multiple of. */
  readonly passed: string
}

/** How the path of a request ends that comes straight from the load. */
export const WITHOUT_GATEWAY = '?without-gateway'

/** In the order of the table, and of every round. */
export const DIRECTIONS: readonly Direction[] = [
  {
    name: 'chat',
    title: 'OpenAI Chat, passed through',
    passed: 'chat',
    client: chatClient,
    served: chatServed,
  },
  {
    name: 'chat-anthropic',
    title: 'OpenAI Chat ← Anthropic',
    passed: 'chat',
    client: chatClient,
    served: messagesServed,
  },
  {
    name: 'chat-gemini',
    title: 'OpenAI Chat ← Gemini',
    passed: 'chat',
    client: chatClient,
    served: geminiServed,
  },
  {
    name: 'messages',
    title: 'Anthropic, passed through',
    passed: 'messages',
    client: messagesClient,
    served: messagesServed,
  },
  {
    name: 'messages-openai',
    title: 'Anthropic ← OpenAI Chat',
    passed: 'messages',
    client: messagesClient,
    served: chatServed,
  },
]
