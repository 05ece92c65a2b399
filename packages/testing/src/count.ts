import { createRequire } from 'node:module'
import type { Tiktoken } from 'js-tiktoken/lite'
import type { Piece } from './text.ts'

interface Encoding {
  readonly tiktoken: Tiktoken
  /** What the encoding splits text by before it merges bytes. */
  readonly words: RegExp
}

// The merge step of js-tiktoken is quadratic in the length of one word, and ten thousand letters without a space would
// stop the process for seconds. Longer words are cut; text that people write is counted exactly.
const LONGEST_WORD = 48

// Beyond this the rest of a text is taken to have as many tokens per character as the part that was counted.
const COUNTED_CHARS = 128 * 1024

// Words come back, and so do whole prompts in tests and benchmarks.
const REMEMBERED = 50_000
const REMEMBERED_CHARS = 256

let loaded: Encoding | undefined
const known = new Map<string, number>()

/** Loaded when something is first counted: the ranks take half a second and 100 MB, which not every test needs. */
function o200k(): Encoding {
  if (!loaded) {
    // A plain require, because Jest cannot import() without a flag.
    const load = createRequire(__filename)
    const lite: typeof import('js-tiktoken/lite') = load('js-tiktoken/lite')
    const ranks: { pat_str: string } & ConstructorParameters<typeof lite.Tiktoken>[0] = load(
      'js-tiktoken/ranks/o200k_base',
    )
    loaded = { tiktoken: new lite.Tiktoken(ranks), words: new RegExp(ranks.pat_str, 'gu') }
  }
  return loaded
}

function remembered(text: string, count: (text: string) => number): number {
  const before = known.get(text)
  if (before !== undefined) return before
  const tokens = count(text)
  if (text.length <= REMEMBERED_CHARS) {
    if (known.size >= REMEMBERED) known.clear()
    known.set(text, tokens)
  }
  return tokens
}

/** `<|endoftext|>` and its like are text here, as they are for a provider. */
function idsOf(word: string): number[] {
  return o200k().tiktoken.encode(word, [], [])
}

function* wordsOf(text: string): Generator<string> {
  for (const [word] of text.matchAll(o200k().words)) {
    if (word.length <= LONGEST_WORD) yield word
    else {
      const characters = Array.from(word)
      for (let start = 0; start < characters.length; start += LONGEST_WORD) {
        yield characters.slice(start, start + LONGEST_WORD).join('')
      }
    }
  }
}

/** Tokens of a text by o200k, the encoding of gpt-4o and everything after it. Loads the encoding when first called. */
export function countTokens(text: string): number {
  return remembered(text, countWords)
}

function countWords(text: string): number {
  const counted = text.length > COUNTED_CHARS ? text.slice(0, COUNTED_CHARS) : text
  let tokens = 0
  for (const word of wordsOf(counted)) tokens += remembered(word, (word) => idsOf(word).length)
  return counted === text ? tokens : Math.ceil((tokens * text.length) / counted.length)
}

/** A given text as a model would generate it: token by token, except that a character is never torn. */
export function piecesOf(text: string): Piece[] {
  const { tiktoken } = o200k()
  const pieces: Piece[] = []
  for (const word of wordsOf(text)) {
    let pending: number[] = []
    let rest = word
    for (const id of idsOf(word)) {
      pending.push(id)
      const said = tiktoken.decode(pending)
      // Part of a character decodes to the replacement character, which the word does not have there.
      if (said === '' || !rest.startsWith(said)) continue
      pieces.push({ text: said, tokens: pending.length })
      rest = rest.slice(said.length)
      pending = []
    }
    if (rest) pieces.push({ text: rest, tokens: pending.length })
  }
  return pieces
}
