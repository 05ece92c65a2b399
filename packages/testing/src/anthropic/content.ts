import { argumentsOf, type Block } from '../model/blocks.ts'
import { sealOf } from '../model/seal.ts'

/** A block of an answer: https://platform.claude.com/docs/en/api/messages */
export function contentOf(block: Block, requestId: string): object {
  switch (block.kind) {
    case 'thought':
      return { type: 'thinking', thinking: block.text, signature: sealOf(block.text) }
    case 'text':
      return { type: 'text', text: block.text, citations: null }
    case 'call':
      return { ...callOf(block, requestId), input: argumentsOf(block) ?? {} }
  }
}

/** The same as a stream begins it. */
export function begunOf(block: Block, requestId: string): object {
  switch (block.kind) {
    case 'thought':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'text':
      return { type: 'text', text: '', citations: null }
    case 'call':
      return { ...callOf(block, requestId), input: {} }
  }
}

function callOf({ name, index }: Block, requestId: string): object {
  return { type: 'tool_use', id: `toolu_${requestId}_${index}`, name, caller: { type: 'direct' } }
}

/** A delta of a block. */
export function deltaOf({ kind }: Block, text: string): object {
  if (kind === 'thought') return { type: 'thinking_delta', thinking: text }
  return kind === 'text' ? { type: 'text_delta', text } : { type: 'input_json_delta', partial_json: text }
}
