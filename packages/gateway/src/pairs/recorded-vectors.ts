import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { type Embedder, quantise, type Vector, vectorOf } from '@tollgate/kit/cache/vectors'

/**
 * A file of what an embedder has made of texts, so that it need be asked once: JSON Lines, the first with its `embedder` and its
 * `dimensions`, each other with the SHA-256 of a text and its vector, eight bits a number. No text stands in it.
 */
export interface RecordedVectors {
  readonly embedder: string
  readonly dimensions: number
  readonly size: number
  get(text: string): Vector | undefined
}

/** @throws Error when it is none, or is cut short in the middle of a line that others follow. */
export function readVectors(path: string): RecordedVectors {
  const [head = '', ...lines] = readFileSync(path, 'utf8').split('\n')
  const { embedder, dimensions } = headOf(path, head)
  const vectors = new Map<string, Vector>()
  for (const [at, line] of lines.entries()) {
    if (line === '') continue
    const [hash, int8] = lineOf(line) ?? []
    const isWhole = hash !== undefined && int8?.length === dimensions
    if (isWhole) vectors.set(hash, vectorOf(new Int8Array(int8)))
    // The last one may have been cut off as it was written: it is made again.
    else if (at < lines.length - 1) throw new Error(`${path}:${at + 2} is no vector of ${dimensions} numbers`)
  }
  return { embedder, dimensions, size: vectors.size, get: (text) => vectors.get(digest(text)) }
}

/** Texts that are embedded in one call. */
const TEXTS_PER_CALL = 64

export interface RecordOptions {
  readonly path: string
  readonly embedder: Embedder
  readonly texts: readonly string[]
  readonly principal?: Parameters<Embedder['embed']>[1]['principal']
  readonly signal: AbortSignal
}

/**
 * Embed what is not in the file yet, and add it there, call by call: whatever breaks off goes on where it was.
 *
 * @returns how many were made, and what that cost, nano-USD.
 * @throws Error when the file is another embedder's, when the budget has nothing left, or when the embedder fails.
 */
export async function recordVectors({ path, embedder, texts, principal, signal }: RecordOptions) {
  const { id, dimensions } = embedder
  const known = existsSync(path) ? readVectors(path) : undefined
  if (known && (known.embedder !== id || known.dimensions !== dimensions))
    throw new Error(`${path} is of ${known.embedder}, and this is ${id}: name another file`)
  if (!known) appendFileSync(path, `${JSON.stringify({ embedder: id, dimensions })}\n`, { mode: 0o600 })
  else if (!readFileSync(path, 'utf8').endsWith('\n')) appendFileSync(path, '\n')
  const missing = texts.filter((text) => !known?.get(text))
  let costNanoUsd = 0
  for (let at = 0; at < missing.length; at += TEXTS_PER_CALL) {
    const some = missing.slice(at, at + TEXTS_PER_CALL)
    const made = await embedder.embed(some, { principal, signal })
    if (!made)
      throw new Error(
        `the budget has nothing left for embeddings: ${at} of ${missing.length} are recorded, go on later`,
      )
    costNanoUsd += made.costNanoUsd
    appendFileSync(path, some.map((text, index) => lineFor(text, made.vectors[index]!, dimensions)).join(''))
  }
  return { recorded: missing.length, known: known?.size ?? 0, costNanoUsd }
}

function lineFor(text: string, values: ArrayLike<number>, dimensions: number): string {
  const made = quantise(values, dimensions)
  if (made.status === 'invalid') throw new Error(`the embedder has made no vector of a text: ${made.why}`)
  const { buffer, byteOffset, byteLength } = made.vector.int8
  const int8 = Buffer.from(buffer, byteOffset, byteLength).toString('base64')
  return `${JSON.stringify({ text_sha256: digest(text), int8 })}\n`
}

function headOf(path: string, line: string): { readonly embedder: string; readonly dimensions: number } {
  try {
    const { embedder, dimensions } = JSON.parse(line)
    if (typeof embedder === 'string' && Number.isSafeInteger(dimensions)) return { embedder, dimensions }
  } catch {}
  throw new Error(`${path} is no file of recorded embeddings: tollgate cache record makes one`)
}

function lineOf(line: string): readonly [hash: string, int8: Buffer] | undefined {
  try {
    const { text_sha256, int8 } = JSON.parse(line)
    return typeof text_sha256 === 'string' && typeof int8 === 'string'
      ? [text_sha256, Buffer.from(int8, 'base64')]
      : undefined
  } catch {
    return undefined
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
