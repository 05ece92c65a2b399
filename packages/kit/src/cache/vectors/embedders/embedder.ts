import type { NanoUsd } from '../../../core/money.ts'
import type { Principal } from '../../../directory/principal.ts'

export interface EmbedOptions {
  readonly signal: AbortSignal
  /** Who pays, where it costs anything. */
  readonly principal?: Principal | undefined
}

/** What an embedder made of texts. */
export interface Embedded {
  /** One for each text, in order. */
  readonly vectors: readonly ArrayLike<number>[]
  /** What that cost, nano-USD. It is in the books already. */
  readonly costNanoUsd: NanoUsd
}

/** Makes vectors of texts: near each other where the texts mean the same. */
export interface Embedder {
  /**
   * Everything that its numbers depend on: see {@link embedderId}. It is part of what makes a partition, so that vectors of
   * two embedders never meet.
   */
  readonly id: string
  /** How many numbers a vector has. */
  readonly dimensions: number
  /**
   * Embed texts, all of them or none. Null when the caller's budget has nothing left for it: nothing was bought.
   *
   * @throws when it fails, for whatever reason. An error that has `costNanoUsd` says what it was charged all the same.
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<Embedded | null>
  close?(): Promise<void>
}

/** What a vector's numbers depend on besides the text. */
export interface EmbedderTraits {
  readonly provider: string
  readonly model: string
  readonly dimensions: number
  /** What is put before each text. */
  readonly prefix?: string
  /** How the vectors of tokens become one. */
  readonly pooling?: string
  /** Whatever else tells two releases of a model apart. */
  readonly version?: string
}

/** The name of an embedder: no two that differ in anything have the same. */
export function embedderId({
  provider,
  model,
  dimensions,
  prefix = '',
  pooling = '',
  version = '',
}: EmbedderTraits): string {
  return [provider, model, dimensions, prefix, pooling, version].map(encodeURIComponent).join('/')
}
