import { LRUCache } from 'lru-cache'

/** How long the answers of one key and model have been lately, in output tokens of one choice. */
export interface TypicalOutput {
  readonly p95: number
  readonly p99: number
}

export interface OutputEstimator {
  /** Note the output of one finished answer. Answers that were cut short say nothing about their length. */
  record(key: string, model: string, outputTokens: number): void
  /** Undefined until there are enough answers to go by. */
  typical(key: string, model: string): TypicalOutput | undefined
}

export interface OutputEstimatorOptions {
  /** Pairs of key and model that are remembered; those unused for longest go first. */
  readonly maxPairs?: number
  /** Answers that are remembered of each; 4 bytes apiece. */
  readonly window?: number
  /** Answers below which nothing is said. */
  readonly minAnswers?: number
}

interface Ring {
  readonly outputs: Uint32Array
  seen: number
  typical: TypicalOutput | undefined
}

const MAX_OUTPUT_TOKENS = 0xffff_ffff

/**
 * Remember what this process has seen, within half a megabyte: what a restart forgets, it learns again. It only sizes
 * minimums, so that answers are rarely cut; what may be spent never depends on it.
 */
export function outputEstimator({
  maxPairs = 1_000,
  window = 128,
  minAnswers = 20,
}: OutputEstimatorOptions = {}): OutputEstimator {
  const rings = new LRUCache<string, Ring>({ max: maxPairs })
  /** The length first, so that no two pairs are spelt alike. */
  const pair = (key: string, model: string) => `${key.length}:${key}${model}`

  function begin(id: string): Ring {
    const ring: Ring = { outputs: new Uint32Array(window), seen: 0, typical: undefined }
    rings.set(id, ring)
    return ring
  }

  return {
    record(key, model, outputTokens) {
      const id = pair(key, model)
      const ring = rings.get(id) ?? begin(id)
      ring.outputs[ring.seen % window] = Math.min(outputTokens, MAX_OUTPUT_TOKENS)
      ring.seen += 1
      ring.typical = undefined
    },

    typical(key, model) {
      const ring = rings.get(pair(key, model))
      if (!ring || ring.seen < minAnswers) return undefined
      ring.typical ??= quantiles(ring.outputs.slice(0, Math.min(ring.seen, window)).sort())
      return ring.typical
    },
  }
}

function quantiles(ascending: Uint32Array): TypicalOutput {
  const at = (percent: number) => ascending[Math.ceil((ascending.length * percent) / 100) - 1]!
  return { p95: at(95), p99: at(99) }
}
