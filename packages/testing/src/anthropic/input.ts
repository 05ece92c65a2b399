import { countTokens } from '../count.ts'
import { type Body, isObject } from '../dialect.ts'
import type { Message } from './conversation.ts'

const TOKENS_PER_MESSAGE = 4
const TOKENS_TO_BEGIN = 3
/** A picture of the largest size that is not made smaller: https://platform.claude.com/docs/en/build-with-claude/vision */
const IMAGE_TOKENS = 1_568
/** What is written around tools: https://platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing */
const TOOLS_PROMPT_TOKENS = 346

/** Input tokens of a request; by another tokenizer than Anthropic's own, which nobody else has. */
export function inputTokens(
  { system, tools, output_config: config }: Body,
  messages: readonly Message[],
): number {
  let tokens = TOKENS_TO_BEGIN + contentTokens(system)
  for (const { blocks } of messages) tokens += TOKENS_PER_MESSAGE + contentTokens(blocks)
  if (Array.isArray(tools) && tools.length > 0)
    tokens += TOOLS_PROMPT_TOKENS + countTokens(JSON.stringify(tools))
  if (isObject(config) && config.format !== undefined) tokens += countTokens(JSON.stringify(config.format))
  return tokens
}

function contentTokens(content: unknown): number {
  if (typeof content === 'string') return countTokens(content)
  if (!Array.isArray(content)) return 0
  return content.filter(isObject).reduce((sum, block) => sum + blockTokens(block), 0)
}

function blockTokens(block: Body): number {
  switch (block.type) {
    case 'text':
      return countTokens(String(block.text))
    case 'thinking':
      return countTokens(String(block.thinking))
    case 'tool_use':
      return countTokens(String(block.name)) + countTokens(JSON.stringify(block.input))
    case 'tool_result':
      return contentTokens(block.content)
    case 'image':
      return IMAGE_TOKENS
    default:
      return countTokens(JSON.stringify(block))
  }
}

/** The texts of a content: what the model takes its answer from. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  const texts = content
    .filter(isObject)
    .map(({ text, content: inner }) => (typeof text === 'string' ? text : contentText(inner)))
  return texts.join('\n')
}

/** Whether something is to be kept in the prompt cache for an hour, rather than for minutes. */
export function keepsForAnHour(body: Body): boolean {
  return JSON.stringify(body).includes('"ttl":"1h"')
}
