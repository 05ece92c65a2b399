import { argumentsOf, type Block } from '../model/blocks.ts'
import { sealOf } from '../model/seal.ts'

/** What a model signs: Gemini 3 each turn that it has thought about, older ones nothing that they must be given back. */
export interface Signing {
  readonly model: string
  readonly requestId: string
  /** The block that carries the signature: the first of the calls. */
  readonly signed: Block | undefined
}

export function signingOf(blocks: readonly Block[], { model, requestId }: Omit<Signing, 'signed'>): Signing {
  const signed = model.startsWith('gemini-3') ? blocks.find(({ kind }) => kind === 'call') : undefined
  return { model, requestId, signed }
}

/** A block of an answer as a part; a call that was cut in the middle is none. https://ai.google.dev/api/caching#Part */
export function partOf(block: Block, { requestId, signed }: Signing): object | undefined {
  switch (block.kind) {
    case 'thought':
      return { text: block.text, thought: true }
    case 'text':
      return { text: block.text }
    case 'call': {
      const args = argumentsOf(block)
      if (!args) return undefined
      const functionCall = { id: `call-${requestId}-${block.index}`, name: block.name, args }
      const isSigned = signed?.index === block.index
      return { functionCall, ...(isSigned ? { thoughtSignature: sealOf(requestId) } : {}) }
    }
  }
}
