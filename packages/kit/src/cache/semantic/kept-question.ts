import { type Features, packFeatures, unpackFeatures } from './guards/features.ts'

/** What is kept beside an entry's vector: the question that its answer answers. */
export interface KeptQuestion {
  readonly text: string
  readonly features: Features
}

/** The length of the text stands before it, so that both are read without looking for an end. */
export function packQuestion({ text, features }: KeptQuestion): Uint8Array {
  const said = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(said.length)
  return Buffer.concat([length, said, packFeatures(features)])
}

/** Undefined for bytes that are something else: their entry is passed by. */
export function unpackQuestion(bytes: Uint8Array): KeptQuestion | undefined {
  if (bytes.length < 4) return undefined
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = 4 + buffer.readUInt32LE(0)
  if (end > buffer.length) return undefined
  const features = unpackFeatures(buffer.subarray(end))
  return features && { text: buffer.toString('utf8', 4, end), features }
}
