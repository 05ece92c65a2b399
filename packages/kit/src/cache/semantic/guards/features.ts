import { parseJson } from '../../../core/json-object.ts'
import { detectLanguage, languageOf } from '../languages/languages.ts'
import { tokensOf } from '../tokens.ts'
import { namesOf } from './names.ts'
import { isNegated } from './negation.ts'
import { quantitiesOf } from './quantities.ts'

/** What guards compare of a text: made once, and kept with its entry. */
export interface Features {
  /** In UTF-16 units. */
  readonly length: number
  /** Of the language's code; empty where there are no words for it. */
  readonly language: string
  readonly negated: boolean
  readonly quantities: readonly string[]
  readonly names: readonly string[]
  /** All words, in lower case, each once. */
  readonly words: readonly string[]
}

export function featuresOf(text: string): Features {
  const tokens = tokensOf(text)
  const said = tokens.map(({ lower }) => lower)
  const words = [...new Set(said)]
  const language = detectLanguage(said)
  return {
    length: text.length,
    language: language?.code ?? '',
    negated: isNegated(said, language),
    quantities: quantitiesOf(tokens, language),
    names: namesOf(tokens, language),
    words,
  }
}

/** To be kept beside a vector. */
export function packFeatures(features: Features): Uint8Array {
  const { length, language, negated, quantities, names, words } = features
  return Buffer.from(JSON.stringify([length, language, negated, quantities, names, words]))
}

/** Undefined for what is none, or of a language that there are no words for any more: its entry is not compared then. */
export function unpackFeatures(bytes: Uint8Array): Features | undefined {
  const kept = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  if (!Array.isArray(kept) || kept.length !== 6) return undefined
  const [length, language, negated, quantities, names, words] = kept
  if (typeof length !== 'number' || ![quantities, names, words].every(Array.isArray)) return undefined
  if (language !== '' && !languageOf(language)) return undefined
  return { length, language, negated, quantities, names, words }
}
