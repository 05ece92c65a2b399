/** What is said and what it costs, the same in every dialect: only the words for it differ. */

const CHUNKS = 200

/** The answer as a stream brings it, a chunk each; its JSON has all of them at once. */
export const WORDS: readonly string[] = Array.from({ length: CHUNKS }, (_, index) => ` word${index}`)
export const ANSWER: string = WORDS.join('')

export const SYSTEM = 'You are a helpful assistant. Answer in plain words, and say where you are not sure.'
export const QUESTION: string = 'What makes the sea salty? '.repeat(24)

/** More than the answer has, and what is reserved for. */
export const MAX_TOKENS = 400

/** Each dialect says these tokens in its own way: whose input includes the cached, whose output leaves out thoughts. */
export const FRESH_TOKENS = 180
export const CACHED_TOKENS = 20
export const TEXT_TOKENS = 250
export const THOUGHT_TOKENS = 50

/** In USD per million tokens, of every model here. */
export const PRICE = { input: '0.15', output: '0.60', cached_input: '0.075' } as const

/** The same in nano-USD a token: what one request must have cost, by arithmetic of the bench's own. */
export const CHARGE_NANO_USD: number =
  FRESH_TOKENS * 150 + CACHED_TOKENS * 75 + (TEXT_TOKENS + THOUGHT_TOKENS) * 600
