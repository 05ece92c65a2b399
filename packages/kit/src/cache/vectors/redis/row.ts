import { MAX_DIMENSIONS, vectorOf } from '../quantise.ts'
import { NO_FEATURES, type VectorRow } from '../vector-index.ts'

/** A row as one text: when it expires (empty: never), its numbers, its features; bytes in base64. */
export function writeRow({ vector, features = NO_FEATURES, expiresAtMs }: Omit<VectorRow, 'id'>): string {
  const { buffer, byteOffset, byteLength } = vector.int8
  const numbers = Buffer.from(buffer, byteOffset, byteLength).toString('base64')
  return `${expiresAtMs ?? ''} ${numbers} ${Buffer.from(features).toString('base64')}`
}

/** Undefined of a text that is no row, or whose row has expired. */
export function readRow(id: string, text: string, nowMs: number): VectorRow | undefined {
  const [expires = '', numbers = '', features = ''] = text.split(' ')
  const bytes = Buffer.from(numbers, 'base64')
  const isLong = bytes.length > 0 && bytes.length <= MAX_DIMENSIONS
  const expiresAtMs = expires === '' ? undefined : Number(expires)
  if (!isLong || (expiresAtMs !== undefined && !(expiresAtMs > nowMs))) return undefined
  return {
    id,
    vector: vectorOf(new Int8Array(bytes)),
    features: new Uint8Array(Buffer.from(features, 'base64')),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  }
}
