import { defined } from '../../defined.ts'
import { isObject, type JsonObject, parseObject } from '../../json.ts'
import type { ReasoningPart, Seal } from '../../neutral/part.ts'
import { unwrapSeal, wrapSeal } from '../../neutral/wrapped-seal.ts'

/**
 * Chat Completions have no field for what a model thinks; two have come into use. `reasoning_content` (DeepSeek, Moonshot,
 * xAI; `reasoning` at OpenRouter and vLLM) is plain text, and DeepSeek wants it back while tools are called.
 * `reasoning_details` (OpenRouter) is a list of `reasoning.text` with a signature, `reasoning.summary`, and
 * `reasoning.encrypted`, which all must come back unchanged.
 *
 * Sources: https://api-docs.deepseek.com/guides/thinking_mode ·
 * https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning
 */
const PLAIN_FIELDS = ['reasoning_content', 'reasoning'] as const

/** Of a seal that stands for plain text: `kind` is the field that its provider knows it by, and there is no more to it. */
const isPlain = (kind: string | undefined) => PLAIN_FIELDS.some((field) => field === kind)

/** Of a seal that holds an entry of `reasoning_details`, but for its text. */
const DETAIL = 'detail'

/** A thought in plain text, as a message or a delta gives it. */
export function plainReasoning(of: JsonObject): { readonly text: string; readonly seal: Seal } | undefined {
  for (const kind of PLAIN_FIELDS) {
    const text = of[kind]
    if (typeof text === 'string' && text !== '') return { text, seal: { from: 'chat', kind, value: '' } }
  }
  return undefined
}

/** The thoughts of an assistant's message: the list of them when there is one, which says all that the plain field says. */
export function readReasoning(message: JsonObject): ReasoningPart[] {
  const details = detailsOf(message)
  if (details.length > 0) {
    return details.map((detail) => {
      const seal = sealOfDetail(detail)
      return { type: 'reasoning', text: textOfDetail(detail), ...(seal ? { seal } : {}) }
    })
  }
  const plain = plainReasoning(message)
  return plain ? [{ type: 'reasoning', ...plain }] : []
}

export function detailsOf({ reasoning_details: details }: JsonObject): readonly JsonObject[] {
  return Array.isArray(details) ? details.filter(isObject) : []
}

export function textOfDetail({ text, summary }: JsonObject): string {
  if (typeof text === 'string') return text
  return typeof summary === 'string' ? summary : ''
}

/** What a provider must get back of an entry, or the seal of another dialect that was put into it for its client. */
export function sealOfDetail(detail: JsonObject): Seal | undefined {
  const { signature, data, text: _, summary: __, ...rest } = detail
  for (const opaque of [signature, data]) {
    if (typeof opaque !== 'string') continue
    const seal = unwrapSeal(opaque, 'chat')
    if (seal.from !== 'chat' || seal.kind !== undefined) return seal
  }
  const sealed = { ...rest, ...defined({ signature, data }) }
  if (Object.keys(sealed).every((name) => name === 'type' || name === 'index')) return undefined
  return { from: 'chat', kind: DETAIL, value: JSON.stringify(sealed) }
}

/** Fields of a message to a provider of this dialect: the thoughts of its own kind, as it gave them. */
export function writeReasoning(parts: readonly ReasoningPart[]): JsonObject {
  const plain = new Map<string, string>()
  const details: JsonObject[] = []
  for (const { text, seal } of parts) {
    if (seal?.from !== 'chat') continue
    if (isPlain(seal.kind)) plain.set(seal.kind!, (plain.get(seal.kind!) ?? '') + text)
    else details.push(detailOf(seal, text))
  }
  return { ...Object.fromEntries(plain), ...(details.length > 0 ? { reasoning_details: details } : {}) }
}

function detailOf({ value }: Seal, text: string): JsonObject {
  // A seal that somebody has changed holds nothing.
  const detail = parseObject(value) ?? {}
  if (detail.type === 'reasoning.summary') return { ...detail, summary: text }
  return detail.type === 'reasoning.text' || text !== '' ? { ...detail, text } : detail
}

/**
 * Fields of a message to a client: the text that people read, and the list of thoughts with every seal, wrapped, so that it
 * comes back. The list has the texts as well, because a seal belongs to its own.
 */
export function showReasoning(parts: readonly ReasoningPart[]): JsonObject {
  const text = parts.map((part) => part.text).join('')
  const details = parts.map(showDetail)
  return {
    ...(text === '' ? {} : { reasoning_content: text }),
    ...(details.length > 0 ? { reasoning_details: details } : {}),
  }
}

function showDetail({ text, seal }: ReasoningPart, index: number): JsonObject {
  const said = { type: 'reasoning.text', text, index }
  return seal ? { ...(text === '' ? {} : said), ...showSeal(seal, { text, index }) } : said
}

/** The entry that seals a thought: behind its text, or in place of it where that is withheld. */
export function showSeal(seal: Seal, thought: { readonly text: string; readonly index: number }): JsonObject {
  const { text, index } = thought
  if (text === '') return { type: 'reasoning.encrypted', data: wrapSeal(seal), index }
  return { type: 'reasoning.text', signature: wrapSeal(seal), index }
}
