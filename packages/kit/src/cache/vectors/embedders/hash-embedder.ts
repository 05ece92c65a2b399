import { customEmbedder } from './custom-embedder.ts'
import type { Embedder, EmbedderTraits } from './embedder.ts'

/** Letters of a word that make a feature together; a word's ends count as letters. */
const LETTERS = 3
const WORD = /[\p{L}\p{N}]+/gu

/**
 * An embedder for tests: the words of a text and the triples of their letters, hashed. Texts that share words are near each
 * other, whatever they mean, so that "turn it on" and "turn it off" are; do not answer anybody by it.
 */
export const hashEmbedder = ({
  dimensions = 512,
}: Partial<Pick<EmbedderTraits, 'dimensions'>> = {}): Embedder =>
  customEmbedder(async (texts) => texts.map((text) => embedText(text, dimensions)), {
    provider: 'tollgate',
    model: 'hashed-trigrams',
    version: '1',
    dimensions,
  })

function embedText(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  // So that no text is without a direction.
  vector[0] = 1e-3
  for (const [word] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    for (const feature of featuresOf(word)) {
      const digest = fnv1a(feature)
      // The lowest bit is the sign: features that collide cancel as often as they add up.
      const at = (digest >>> 1) % dimensions
      vector[at] = vector[at]! + (digest & 1 ? 1 : -1)
    }
  }
  return vector
}

function featuresOf(word: string): string[] {
  const ended = `<${word}>`
  return [
    word,
    ...Array.from({ length: ended.length - LETTERS + 1 }, (_, at) => ended.slice(at, at + LETTERS)),
  ]
}

/** http://www.isthe.com/chongo/tech/comp/fnv/, over UTF-16 units, with its bits mixed once more: few of them reach the lowest. */
function fnv1a(text: string): number {
  let digest = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) digest = Math.imul(digest ^ text.charCodeAt(at), 0x01000193)
  digest ^= digest >>> 15
  return Math.imul(digest, 0x2c1b3c6d) >>> 0
}
