/** A run of generated text that arrives at once: one token, as a rule. */
export interface Piece {
  readonly text: string
  readonly tokens: number
  /** Thought, not said: billed as output is. What is hidden has no text, and is never sent. */
  readonly thought?: 'hidden' | 'shown'
  /** No text, but a picture or sound: its bytes, and what its tokens are counted as. */
  readonly made?: {
    readonly as: 'imageOutput' | 'audioOutput'
    readonly bytes: Buffer
    readonly final: boolean
  }
  /** Part of a tool call: its place among the calls, and, on the piece that opens it, the name of the function. */
  readonly tool?: { readonly index: number; readonly opens?: string }
}

// Each of these is one token of o200k after a space, and pre-tokenization cuts at every space: an answer made of them
// has as many tokens as words, and nobody needs to count.
const PLAIN = words(
  'the and of to in with for on by from every when where budget answer model token request time team day book light ' +
    'river house stone garden window morning simple careful quiet small open long short first last each other under ' +
    'over between letter paper water winter summer music kitchen market engine signal record ledger number measure ' +
    'account question reason result story',
)

// The same, in words whose characters take two to four bytes.
const MULTIBYTE = words(
  'мир дом день город слово время человек жизнь книга 世界 中国 今天 日本 東京 한국 그리고 العالم في من שלום और है é été où ' +
    'café über für señor niño año mañana corazón água não também ação coração 😊 ❤ – … € και το',
)

const OPENING: Piece = { text: 'The', tokens: 1 }
const HIDDEN: Piece = { text: '', tokens: 1, thought: 'hidden' }

function words(list: string): readonly Piece[] {
  return list.split(' ').map((word) => ({ text: ` ${word}`, tokens: 1 }))
}

/** An answer of so many tokens, the same for the same seed; a shorter one is the beginning of a longer one. */
export function answerOf(tokens: number, { seed = 0, multibyte = false } = {}): Piece[] {
  const vocabulary = multibyte ? MULTIBYTE : PLAIN
  const pieces: Piece[] = []
  let state = seed
  for (let index = 0; index < tokens; index += 1) {
    state = nextState(state)
    pieces.push(index === 0 ? OPENING : vocabulary[(state >>> 8) % vocabulary.length]!)
  }
  return pieces
}

/** So many tokens of thinking; the same thoughts whatever is asked. */
export function thoughts(tokens: number, shown = false): Piece[] {
  if (!shown) return new Array<Piece>(tokens).fill(HIDDEN)
  return answerOf(tokens).map((piece) => ({ ...piece, thought: 'shown' }))
}

/** As much of what the model would say as a cap in tokens leaves, and whether that was less than all. */
export function capped(
  pieces: readonly Piece[],
  maxTokens: number,
): { said: readonly Piece[]; cut: boolean } {
  let tokens = 0
  for (let index = 0; index < pieces.length; index += 1) {
    tokens += pieces[index]!.tokens
    if (tokens > maxTokens) return { said: pieces.slice(0, index), cut: true }
  }
  return { said: pieces, cut: false }
}

/** What a client reads of these pieces, thoughts left out. */
export function textOf(pieces: readonly Piece[]): string {
  let text = ''
  for (const piece of pieces) if (!piece.thought) text += piece.text
  return text
}

/** One step of a linear congruential generator (Numerical Recipes, section 7.1): enough to vary words with. */
export function nextState(state: number): number {
  return (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
}

/** A 32-bit seed that depends on every character (FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}
