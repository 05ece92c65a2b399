import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyedDigest } from './keyed-digest.ts'

it('is an HMAC-SHA-256, whatever the secret and the texts', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.string({ unit: 'binary' })),
      (secret, texts) => {
        const whole = createHmac('sha256', secret).update(texts.join('').toWellFormed())
        const given = keyedDigest(secret)(...texts.map((text) => text.toWellFormed()))
        expect(given).toBe(whole.digest('base64url'))
      },
    ),
  )
})
