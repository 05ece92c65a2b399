import { countTokens } from '../count.ts'
import type { Body } from '../dialect.ts'

// What a chat model is shown around a message, and to begin its answer: the OpenAI cookbook, "How to count tokens with tiktoken".
export const TOKENS_PER_MESSAGE = 3
const TOKENS_PER_NAME = 1
export const TOKENS_TO_BEGIN = 3

// https://platform.openai.com/docs/guides/images: a base, and four tiles of a large image.
const IMAGE_TOKENS = { low: 85, high: 765 } as const

/** Input tokens of a chat request. */
export function chatTokens({ messages, tools, response_format: format }: Body): number {
  let tokens = TOKENS_TO_BEGIN
  for (const message of messages as Body[]) {
    tokens += TOKENS_PER_MESSAGE + countTokens(String(message.role)) + contentTokens(message.content)
    if (typeof message.name === 'string') tokens += TOKENS_PER_NAME + countTokens(message.name)
    if (message.tool_calls !== undefined) tokens += countTokens(JSON.stringify(message.tool_calls))
  }
  if (tools !== undefined) tokens += countTokens(JSON.stringify(tools))
  if ((format as Body | undefined)?.json_schema !== undefined) tokens += countTokens(JSON.stringify(format))
  return tokens
}

export function contentTokens(content: unknown): number {
  if (typeof content === 'string') return countTokens(content)
  if (!Array.isArray(content)) return 0
  let tokens = 0
  for (const part of content as Body[]) {
    if (typeof part.text === 'string') tokens += countTokens(part.text)
    else if (part.type === 'image_url' || part.type === 'input_image') tokens += IMAGE_TOKENS[detailOf(part)]
  }
  return tokens
}

function detailOf({ image_url: image, detail }: Body): keyof typeof IMAGE_TOKENS {
  return ((image as Body | undefined)?.detail ?? detail) === 'low' ? 'low' : 'high'
}

/** The text of a message's content: what the model takes its answer from. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return (content as Body[]).map((part) => (typeof part.text === 'string' ? part.text : '')).join('\n')
}
