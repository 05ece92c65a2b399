import { aiAnthropic, aiGoogle, aiOpenai, aiOpenaiChat } from './ai.ts'
import { anthropic } from './anthropic.ts'
import { google } from './google.ts'
import { langchainAnthropic, langchainOpenai } from './langchain.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiResponses } from './openai-responses.ts'
import type { Sdk } from './sdk.ts'

/** Every client that is told to work by its base URL and a key alone. */
export const SDKS: readonly Sdk[] = [
  openaiChat,
  openaiResponses,
  anthropic,
  google,
  aiOpenai,
  aiOpenaiChat,
  aiAnthropic,
  aiGoogle,
  langchainOpenai,
  langchainAnthropic,
]
