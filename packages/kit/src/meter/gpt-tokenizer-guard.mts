import type { CountText } from './answer-counts.mts'
import { LONGEST_PIECE_BYTES } from './byte-pairs.mts'

/** One encoding of `gpt-tokenizer`. */
export interface Library {
  countTokens(text: string, options: { readonly disallowedSpecial: Set<string> }): number
  setMergeCacheSize(pieces: number): void
}

/** Pieces whose tokens the library remembers: some 20 MB at the worst, where its own default may take a hundred times that. */
const REMEMBERED_PIECES = 4_096

/** What looks like a special token is text, as it is to a provider who is sent it: none is refused. */
const SPECIAL_IS_TEXT = { disallowedSpecial: new Set<string>() }

/**
 * The library's count, but for pieces too long to be language: it takes n² steps for a piece of n bytes, so it never sees
 * these, and they count as their bytes. A count is then linear in the text.
 *
 * @param split the encoding's own pattern, by which the library splits a text into pieces.
 */
export function guarded({ countTokens, setMergeCacheSize }: Library, split: RegExp): CountText {
  setMergeCacheSize(REMEMBERED_PIECES)
  const countPiece = (piece: string): number =>
    isTooLong(piece) ? Buffer.byteLength(piece) : countTokens(piece, SPECIAL_IS_TEXT)
  return (text) => {
    const pieces = Array.from(text.matchAll(split), ([piece]) => piece)
    if (!pieces.some(isTooLong)) return countTokens(text, SPECIAL_IS_TEXT)
    // One by one: where a text is cut elsewhere, what stands before the cut may be split in another way.
    return pieces.reduce((sum, piece) => sum + countPiece(piece), 0)
  }
}

function isTooLong(piece: string): boolean {
  // No UTF-16 unit is more than three bytes.
  return piece.length * 3 > LONGEST_PIECE_BYTES && Buffer.byteLength(piece) > LONGEST_PIECE_BYTES
}
