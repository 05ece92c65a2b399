import type { Body } from '../../dialect.ts'
import { isObject } from '../../dialect.ts'
import type { Block } from '../../model/blocks.ts'
import { sealOf } from '../../model/seal.ts'

/** What of a model's thoughts a request wants back. */
export interface ThoughtsAsked {
  readonly summary: boolean
  readonly sealed: boolean
}

/** https://platform.openai.com/docs/guides/reasoning */
export function thoughtsAsked({ reasoning, include }: Body): ThoughtsAsked {
  const summary = isObject(reasoning) ? reasoning.summary : undefined
  return {
    summary: summary !== undefined && summary !== null,
    sealed: Array.isArray(include) && include.includes('reasoning.encrypted_content'),
  }
}

/** An item of an answer: as it is begun, and as it is when it is complete. */
export interface Item {
  readonly begun: object
  readonly complete: object
}

export function itemOf(block: Block, responseId: string, { sealed }: ThoughtsAsked): Item {
  const { kind, text, name, index } = block
  const id = `${PREFIX[kind]}_${responseId}_${index}`
  switch (kind) {
    case 'thought': {
      const seal = sealed ? { encrypted_content: sealOf(text) } : {}
      const summary = text === '' ? [] : [{ type: 'summary_text', text }]
      return {
        begun: { id, type: 'reasoning', summary: [], ...seal },
        complete: { id, type: 'reasoning', summary, ...seal },
      }
    }
    case 'text':
      return {
        begun: { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] },
        complete: { id, type: 'message', status: 'completed', role: 'assistant', content: [textPart(text)] },
      }
    case 'call': {
      const call = { id, type: 'function_call', call_id: `call_${responseId}_${index}`, name }
      return {
        begun: { ...call, status: 'in_progress', arguments: '' },
        complete: { ...call, status: 'completed', arguments: text },
      }
    }
  }
}

const PREFIX: Readonly<Record<Block['kind'], string>> = { thought: 'rs', text: 'msg', call: 'fc' }

export function textPart(text: string): object {
  return { type: 'output_text', text, annotations: [], logprobs: [] }
}
