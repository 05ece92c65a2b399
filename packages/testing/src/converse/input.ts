import { countTokens } from '../count.ts'
import { type Body, isObject } from '../dialect.ts'
import type { Message } from './conversation.ts'

const MESSAGE_TOKENS = 3
const IMAGE_TOKENS = 1_000

/** What a request is counted as: its texts, something for each message, and its tools. */
export function inputTokens(
  { system, toolConfig, outputConfig }: Body,
  messages: readonly Message[],
): number {
  const said = messages.reduce((sum, { blocks }) => sum + MESSAGE_TOKENS + blocksTokens(blocks), 0)
  const around = [toolConfig, outputConfig].flatMap((part) =>
    part === undefined ? [] : [JSON.stringify(part)],
  )
  return said + blocksTokens(system) + around.reduce((sum, text) => sum + countTokens(text), 0)
}

function blocksTokens(blocks: unknown): number {
  const all = Array.isArray(blocks) ? blocks.filter(isObject) : []
  return all.reduce((sum, block) => sum + blockTokens(block), 0)
}

function blockTokens({ text, image, toolResult, cachePoint, ...rest }: Body): number {
  if (typeof text === 'string') return countTokens(text)
  if (image !== undefined) return IMAGE_TOKENS
  if (cachePoint !== undefined) return 0
  return isObject(toolResult) ? blocksTokens(toolResult.content) : countTokens(JSON.stringify(rest))
}

/** The texts of a content: what the model takes its answer from. */
export function contentText(blocks: unknown): string {
  const all = Array.isArray(blocks) ? blocks.filter(isObject) : []
  const texts = all.map(({ text, toolResult }) =>
    isObject(toolResult) ? contentText(toolResult.content) : typeof text === 'string' ? text : '',
  )
  return texts.join('\n')
}
