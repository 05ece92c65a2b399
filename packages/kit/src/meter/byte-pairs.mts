/** A vocabulary as `js-tiktoken` ships it. */
export interface RanksFile {
  readonly pat_str: string
  readonly bpe_ranks: string
}

export interface Vocabulary {
  /** Splits text into pieces, across which nothing is merged. */
  readonly pattern: RegExp
  /** Tokens, one character a byte, to their rank: of two that can be merged, the lower goes first. */
  readonly ranks: ReadonlyMap<string, number>
}

/**
 * A piece longer than this counts as its bytes, which are never fewer than its tokens. Words, numbers and clauses of
 * any script are far shorter; without the limit, a piece of n bytes could take n² steps.
 */
export const LONGEST_PIECE_BYTES = 512

/** Above every rank. */
const NOT_A_TOKEN = 0xffff_ffff

/** Unpack the ranks: lines of `! first-rank token token …`, with tokens in base64 and ranks counting up. */
export function readVocabulary(file: RanksFile): Vocabulary {
  const ranks = new Map<string, number>()
  for (const line of file.bpe_ranks.split('\n')) {
    const [, first, ...tokens] = line.split(' ')
    let rank = Number(first)
    for (const token of tokens) {
      ranks.set(Buffer.from(token, 'base64').toString('latin1'), rank)
      rank += 1
    }
  }
  return { pattern: new RegExp(file.pat_str, 'ug'), ranks }
}

/**
 * The tokens of a text. What looks like a special token (`<|endoftext|>`) is text, as it is to a provider who is sent
 * it. Exact, apart from pieces too long to be language, which are counted high.
 *
 * This counts by the ranks of `js-tiktoken` but not with its encoder, whose merge takes seconds for a few thousand
 * Chinese characters; a test holds the two to the same counts.
 */
export function countTokens(text: string, { pattern, ranks }: Vocabulary): number {
  let tokens = 0
  for (const [piece] of text.matchAll(pattern)) {
    const bytes = bytesOf(piece)
    if (ranks.has(bytes)) tokens += 1
    else tokens += bytes.length > LONGEST_PIECE_BYTES ? bytes.length : countMerged(bytes, ranks)
  }
  return tokens
}

/** UTF-8, one character a byte: cheap to cut and to look up. */
function bytesOf(piece: string): string {
  for (let i = 0; i < piece.length; i += 1) {
    if (piece.charCodeAt(i) > 0x7f) return Buffer.from(piece).toString('latin1')
  }
  return piece
}

/** Merge the two neighbours of lowest rank until none can be merged; the parts that remain are the tokens. */
function countMerged(bytes: string, ranks: ReadonlyMap<string, number>): number {
  // Part i is bytes[starts[i]..starts[i + 1]), and pairs[i] is the rank of parts i and i + 1 merged.
  const starts = Uint16Array.from({ length: bytes.length + 1 }, (_, i) => i)
  const rankOfPair = (i: number) => ranks.get(bytes.slice(starts[i], starts[i + 2])) ?? NOT_A_TOKEN
  const pairs = Uint32Array.from({ length: bytes.length - 1 }, (_, i) => rankOfPair(i))
  for (let length = pairs.length; ; length -= 1) {
    const lowest = indexOfLowest(pairs, length)
    if (lowest === undefined) return length + 1
    starts.copyWithin(lowest + 1, lowest + 2)
    pairs.copyWithin(lowest, lowest + 1)
    if (lowest < length - 1) pairs[lowest] = rankOfPair(lowest)
    if (lowest > 0) pairs[lowest - 1] = rankOfPair(lowest - 1)
  }
}

function indexOfLowest(pairs: Uint32Array, length: number): number | undefined {
  let lowest: number | undefined
  let rank = NOT_A_TOKEN
  for (let i = 0; i < length; i += 1) {
    if (pairs[i]! < rank) {
      rank = pairs[i]!
      lowest = i
    }
  }
  return lowest
}
