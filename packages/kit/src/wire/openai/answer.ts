import { scanFields, valueEnd } from '../json-fields.ts'
import type { Usage } from '../usage.ts'
import { readUsage } from './usage.ts'

/** What enforcement needs of a complete JSON answer. */
export interface AnswerFacts {
  readonly usage?: Usage
  /** The model that answered, as the provider names it. */
  readonly model?: string
}

/** The most that is kept of an answer to read it whole; of a larger one (embeddings) only the end, where usage stands. */
const MAX_WHOLE_BYTES = 4 * 1024 * 1024
const TAIL_BYTES = 16 * 1024
const USAGE_KEY = '"usage":'

/** A JSON answer as it passes: nothing of it is changed. */
export interface AnswerReader {
  push(bytes: Buffer): void
  /** All of it has passed. */
  end(): AnswerFacts
  /** The text that it shows, of every kind that was generated: for counting when no usage came. */
  texts(): string[]
}

export function answerReader(): AnswerReader {
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
      return whole ? readAnswer(bytes) : readTail(bytes)
    },
    texts: () => (whole ? answerTexts(Buffer.concat(chunks)) : []),
  }
}

/**
 * Read usage and model from a complete answer by their place in its text: the content, which is most of it, is not
 * parsed. An answer that is not a JSON object has no facts.
 */
export function readAnswer(bytes: Buffer): AnswerFacts {
  // Latin-1 keeps every byte a character: positions are right, and the two values read are ASCII.
  const text = bytes.toString('latin1')
  try {
    const { spans } = scanFields(text)
    const usageSpan = spans.get('usage')
    const modelSpan = spans.get('model')
    const usage = usageSpan && readUsage(JSON.parse(text.slice(usageSpan.start, usageSpan.end)))
    const model: unknown = modelSpan && JSON.parse(text.slice(modelSpan.start, modelSpan.end))
    return { ...(usage ? { usage } : {}), ...(typeof model === 'string' ? { model } : {}) }
  } catch {
    return {}
  }
}

/** The last usage object in the end of an answer. Inside a string its key would have its quotes escaped. */
function readTail(tail: Buffer): AnswerFacts {
  const text = tail.toString('latin1').replaceAll('"usage" :', USAGE_KEY)
  const at = text.lastIndexOf(USAGE_KEY)
  if (at === -1) return {}
  try {
    const start = text.indexOf('{', at)
    const usage = readUsage(JSON.parse(text.slice(start, valueEnd(text, start))))
    return usage ? { usage } : {}
  } catch {
    return {}
  }
}

function answerTexts(bytes: Buffer): string[] {
  try {
    const body = JSON.parse(bytes.toString('utf8')) as { choices?: unknown }
    return Array.isArray(body.choices)
      ? body.choices.flatMap((choice) => generatedTexts(choice?.message ?? choice))
      : []
  } catch {
    return []
  }
}

const NOT_GENERATED: ReadonlySet<string> = new Set([
  'role',
  'id',
  'type',
  'index',
  'finish_reason',
  'logprobs',
  'data',
])

/** Every string that a model generated in a message or a delta: text, refusals, reasoning, tool calls. */
export function generatedTexts(message: unknown): string[] {
  if (typeof message === 'string') return [message]
  if (Array.isArray(message)) return message.flatMap(generatedTexts)
  if (typeof message !== 'object' || message === null) return []
  return Object.entries(message).flatMap(([name, value]) =>
    NOT_GENERATED.has(name) ? [] : generatedTexts(value),
  )
}
