import { type Fields, scanFields, valueEnd } from './json-fields.ts'
import type { Usage } from './usage.ts'

/** What enforcement needs of a complete JSON answer. */
export interface AnswerFacts {
  readonly usage?: Usage
  /** The model that answered, as the provider names it. */
  readonly model?: string
  /** The provider is still at work: what it will cost, no answer of this request will say. */
  readonly goesOn?: boolean
}

/** A JSON answer as it passes: nothing of it is changed. */
export interface AnswerReader {
  push(bytes: Buffer): void
  /** All of it has passed. */
  end(): AnswerFacts
  /** The text that it shows, of every kind that was generated: for counting when no usage came. */
  texts(): string[]
}

/** How a dialect's answers are read. */
export interface AnswerRules {
  /** The field that usage stands in, `usage` as a rule. */
  readonly usageField: string
  /** The field that names the model that answered. */
  readonly modelField: string
  /** Usage, from the field's own value; others of the answer are parsed when they are asked for, and `has` tells whether its text holds a word. */
  usage(value: unknown, other: (field: string) => unknown, has: (word: string) => boolean): Usage | undefined
  /** Whether an answer is only a receipt: the provider works on in the background. */
  goesOn?(other: (field: string) => unknown): boolean
  /** Every text that an answer shows. */
  texts(body: unknown): string[]
}

/** The most that is kept of an answer to read it whole; of a larger one (embeddings) only the end, where usage stands. */
const MAX_WHOLE_BYTES = 4 * 1024 * 1024
const TAIL_BYTES = 16 * 1024

/** Read an answer by the rules of its dialect. */
export function answerReaderBy(rules: AnswerRules): AnswerReader {
  let chunks: Buffer[] = []
  let size = 0
  let whole = true
  return {
    push(bytes) {
      chunks.push(bytes)
      size += bytes.length
      if (size <= MAX_WHOLE_BYTES) return
      whole = false
      const tail = Buffer.concat(chunks)
      chunks = [tail.subarray(Math.max(0, tail.length - TAIL_BYTES))]
      size = 0
    },
    end() {
      const bytes = Buffer.concat(chunks)
      return whole ? readAnswer(rules, bytes) : readTail(rules, bytes)
    },
    texts: () => (whole ? textsOf(rules, Buffer.concat(chunks)) : []),
  }
}

/**
 * Read usage and model from a complete answer by their place in its text: the content, which is most of it, is not
 * parsed. An answer that is not a JSON object has no facts.
 */
function readAnswer(rules: AnswerRules, bytes: Buffer): AnswerFacts {
  // Latin-1 keeps every byte a character: positions are right, and what is read is ASCII.
  const text = bytes.toString('latin1')
  try {
    const fields = scanFields(text)
    const field = (name: string) => fieldOf(text, fields, name)
    const usage = rules.usage(field(rules.usageField), field, (word) => text.includes(word))
    const model = field(rules.modelField)
    return {
      ...(usage ? { usage } : {}),
      ...(typeof model === 'string' ? { model } : {}),
      ...(rules.goesOn?.(field) ? { goesOn: true } : {}),
    }
  } catch {
    return {}
  }
}

function fieldOf(text: string, { spans }: Fields, name: string): unknown {
  const span = spans.get(name)
  return span && JSON.parse(text.slice(span.start, span.end))
}

/** The last usage object in the end of an answer. Inside a string its key would have its quotes escaped. */
function readTail(rules: AnswerRules, tail: Buffer): AnswerFacts {
  const key = `"${rules.usageField}":`
  const text = tail.toString('latin1').replaceAll(`"${rules.usageField}" :`, key)
  const at = text.lastIndexOf(key)
  if (at === -1) return {}
  try {
    const start = text.indexOf('{', at)
    const value: unknown = JSON.parse(text.slice(start, valueEnd(text, start)))
    const usage = rules.usage(
      value,
      () => undefined,
      () => false,
    )
    return usage ? { usage } : {}
  } catch {
    return {}
  }
}

function textsOf(rules: AnswerRules, bytes: Buffer): string[] {
  try {
    return rules.texts(JSON.parse(bytes.toString('utf8')))
  } catch {
    return []
  }
}
