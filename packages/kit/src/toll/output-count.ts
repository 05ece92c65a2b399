import type { Generated } from '../wire/stream-reader.ts'

/**
 * Output tokens that have been counted. `most` allows for a model whose own tokenizer makes more of them than the one
 * that counts.
 */
export interface CountedOutput {
  readonly least: number
  readonly most: number
}

/** Counts what an answer shows while it comes: each text once, off the event loop. */
export interface OutputCount {
  /** Count what has come since the last time. One count at a time: each takes the texts that came since the one before. */
  count(): Promise<CountedOutput>
  /** At most the tokens that have come so far: those that are counted, and the bytes of what is not counted yet. */
  atMost(): number
  /** At least the tokens that have come so far. */
  atLeast(): number
}

export interface OutputCountOptions {
  /** What has come since the last call. */
  readonly takeGenerated: () => Generated | undefined
  /** The tokens of some texts. */
  readonly count: (texts: readonly string[]) => Promise<number>
  /** How many times as many tokens the model's own tokenizer may make of a text. */
  readonly factor: number
}

export function outputCount({ takeGenerated, count, factor }: OutputCountOptions): OutputCount {
  let least = 0
  let most = 0
  let uncounted: Generated[] = []
  let uncountedBytes = 0
  let queue: Promise<unknown> = Promise.resolve()

  const take = () => {
    const generated = takeGenerated()
    if (!generated || generated.pieces === 0) return
    uncounted.push(generated)
    uncountedBytes += bytesOf(generated)
  }
  const countOnce = async (): Promise<CountedOutput> => {
    take()
    const batch = uncounted
    uncounted = []
    const pieces = piecesOf(batch)
    if (pieces > 0) {
      const tokens = await count(batch.flatMap(({ texts }) => texts))
      // Each piece was at least a token when it was generated, though the whole might be spelt with fewer.
      least += Math.max(pieces, tokens)
      most += Math.max(pieces, tokens * factor)
    }
    uncountedBytes -= batch.reduce((sum, generated) => sum + bytesOf(generated), 0)
    return { least, most }
  }

  return {
    count() {
      const counted = queue.then(countOnce)
      queue = counted
      return counted
    },
    atMost() {
      take()
      return most + uncountedBytes
    },
    atLeast() {
      take()
      return least + piecesOf(uncounted)
    },
  }
}

function piecesOf(batch: readonly Generated[]): number {
  return batch.reduce((sum, { pieces }) => sum + pieces, 0)
}

/** No tokenizer makes more tokens than bytes of a text. */
function bytesOf({ texts, pieces }: Generated): number {
  return Math.max(
    pieces,
    texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0),
  )
}
