import { createGunzip, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { type Delivery, type DeliveryOptions, deliveryOf } from './delivery.ts'

/** A delivery, and what has become of what was put into it. */
function place(options: Partial<DeliveryOptions> = {}) {
  const written: string[] = []
  const told: string[] = []
  const delivery: Delivery = deliveryOf({
    decoder: undefined,
    translation: undefined,
    write: (bytes) => written.push(bytes.toString()) < 2,
    onFull: () => void told.push('full'),
    onRoom: () => void told.push('room'),
    onFault: ({ message }) => void told.push(message),
    ...options,
  })
  return { delivery, written, told, push: (text: string) => delivery.push(Buffer.from(text)) }
}

/** All that this turn had to do is done. */
const turnOver = () => new Promise<void>((resolve) => setImmediate(resolve))

const upper = {
  push: (bytes: Buffer) => (bytes.includes('?') ? undefined : Buffer.from(bytes.toString().toUpperCase())),
  end: () => Buffer.from('.'),
}

describe('an answer on the last part of its way', () => {
  it('is written in one piece for each turn that brought some of it', async () => {
    const { push, written } = place()
    for (const text of ['a', 'b', 'c']) push(text)
    expect(written).toEqual([])
    await turnOver()
    expect(written).toEqual(['abc'])
    push('d')
    await turnOver()
    expect(written).toEqual(['abc', 'd'])
  })

  it('lets the provider wait where its client has no room', async () => {
    const { push, told } = place()
    push('a')
    await turnOver()
    expect(told).toEqual([])
    push('b')
    await turnOver()
    expect(told).toEqual(['full'])
  })

  it('is all written before it ends, what came in the same turn too', () => {
    const { push, delivery, written } = place({ translation: upper })
    push('a')
    push('b')
    let isDone = false
    delivery.end(() => {
      isDone = true
      expect(written).toEqual(['AB', '.'])
    })
    expect(isDone).toBe(true)
  })

  it('is all read before it stops in its middle', async () => {
    const { push, delivery, written } = place({ translation: upper })
    push('a')
    delivery.stop()
    expect(written).toEqual(['A'])
    await turnOver()
    expect(written).toEqual(['A'])
  })

  it('is not written where nothing of it is to be seen yet', async () => {
    const { push, written } = place({ translation: upper })
    push('?')
    await turnOver()
    expect(written).toEqual([])
  })

  it('that cannot be translated is a fault, and no exception', async () => {
    const { push, told } = place({
      translation: {
        ...upper,
        push() {
          throw new SyntaxError('no answer')
        },
      },
    })
    push('a')
    await turnOver()
    expect(told).toEqual(['no answer'])
  })

  it('is decoded before it is translated', async () => {
    const { delivery, written } = place({ decoder: createGunzip(), translation: upper })
    delivery.push(gzipSync('packed'))
    await new Promise<void>((resolve) => delivery.end(resolve))
    expect(written).toEqual(['PACKED', '.'])
  })

  it('that is no gzip, though it says so, is a fault', async () => {
    const faults = Promise.withResolvers<string>()
    const { push } = place({ decoder: createGunzip(), onFault: ({ message }) => faults.resolve(message) })
    push('plain')
    expect(await faults.promise).toContain('incorrect header check')
  })
})
