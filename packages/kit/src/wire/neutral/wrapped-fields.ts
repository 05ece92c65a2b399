import type { Edits } from '../format.ts'
import { isObject, type JsonObject } from '../json.ts'
import { isWrapped } from './wrapped-seal.ts'

/** `tollgate:` as it is, and as Gemini's fields of bytes hold it. */
const MARKS = ['tollgate:', 'dG9sbGdhdGU6'] as const

/** Fields by which a thought is sealed, in whichever dialect: it goes with its seal. */
const SEALS_OF_THOUGHTS = ['signature', 'data', 'encrypted_content'] as const
/** Fields that sign something that is said all the same. */
const SIGNATURES: ReadonlySet<string> = new Set(['thought_signature', 'thoughtSignature'])

/** Whether a request may hold seals that were wrapped for its client: no more than a look at its text. */
export function mayHoldWrapped(text: string): boolean {
  return MARKS.some((mark) => text.includes(mark))
}

/**
 * What must change in a request that goes on in its client's own dialect, where an earlier answer came from a provider of
 * another one: that one's thoughts stand in the history, sealed in a way that this one cannot read, and would refuse.
 */
export function withoutWrapped(body: JsonObject): Edits {
  const cleaned = Object.entries(body).map(([name, value]) => [name, value, clean(value)] as const)
  return Object.fromEntries(cleaned.flatMap(([name, was, is]) => (was === is ? [] : [[name, is]])))
}

/** The same value where nothing in it is wrapped; undefined for what has to go. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) {
    const kept = value.map(clean)
    return kept.every((one, index) => one === value[index]) ? value : kept.filter((one) => one !== undefined)
  }
  return isObject(value) ? cleanObject(value) : value
}

function cleanObject(of: JsonObject): JsonObject | undefined {
  if (SEALS_OF_THOUGHTS.some((name) => isSealed(of[name]))) return undefined
  const kept = Object.entries(of).map(([name, value]) => {
    const gone = SIGNATURES.has(name) && isSealed(value)
    return [name, gone ? undefined : clean(value)] as const
  })
  if (kept.every(([name, value]) => value === of[name])) return of
  if (of.thought === true) return undefined
  const rest = Object.fromEntries(kept.filter(([, value]) => value !== undefined))
  // The plain text of the same thoughts, which was told beside them.
  const { reasoning_content: _, reasoning_details: details, ...said } = rest
  if (!Array.isArray(of.reasoning_details) || details === of.reasoning_details) return rest
  return Array.isArray(details) && details.length > 0 ? { ...said, reasoning_details: details } : said
}

function isSealed(value: unknown): boolean {
  if (typeof value !== 'string') return false
  return (
    isWrapped(value) || (value.startsWith(MARKS[1]) && isWrapped(Buffer.from(value, 'base64').toString()))
  )
}
