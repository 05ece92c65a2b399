import { randomBytes } from 'node:crypto'
import { createGunzip, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { deliveryOf } from './delivery.ts'

const PIECES = 100
const PIECE_BYTES = 16_384

it('a client that does not read gathers no listeners, however many pieces come meanwhile', async () => {
  const decoder = createGunzip()
  let full = 0
  const delivery = deliveryOf({
    decoder,
    translation: { push: (bytes) => bytes, end: () => undefined },
    write: () => false,
    onFull: () => {
      full += 1
    },
    onRoom() {},
    onFault(cause) {
      throw cause
    },
  })
  const compressed = gzipSync(randomBytes(PIECE_BYTES * PIECES))
  const counts = () => decoder.eventNames().map((name) => [name, decoder.listenerCount(name)])
  const before = counts()
  for (let at = 0; at < compressed.length; at += PIECE_BYTES)
    delivery.push(compressed.subarray(at, at + PIECE_BYTES))
  expect(full).toBeGreaterThan(PIECES / 2)
  expect(counts()).toEqual(before)
  delivery.stop()
})
