import { nanoUsd } from '../../../core/money.ts'
import { type Embedder, type EmbedderTraits, embedderId } from './embedder.ts'

/** Makes vectors of texts, one for each, in order. */
export type EmbedTexts = (
  texts: readonly string[],
  signal: AbortSignal,
) => Promise<readonly ArrayLike<number>[]>

/**
 * An embedder of your own. What it costs is not in the books, unless it puts it there: an HTTP client with `governedFetch`
 * does. `provider` and `model` are names of your choice: give another `version` when its numbers change.
 *
 * @example
 * customEmbedder((texts, signal) => myServer.embed(texts, { signal }), { provider: 'in-house', model: 'faq-v2', dimensions: 384 })
 */
export const customEmbedder = (embed: EmbedTexts, traits: EmbedderTraits): Embedder => ({
  id: embedderId(traits),
  dimensions: traits.dimensions,
  async embed(texts, { signal }) {
    return { vectors: await embed(texts, signal), costNanoUsd: nanoUsd(0) }
  },
})
