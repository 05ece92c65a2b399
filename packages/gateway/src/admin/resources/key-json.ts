import type { KeySummary } from '@tollgate/kit/directory'
import { z } from 'zod'
import { keyId } from '../../manage/leaves.ts'
import { present } from '../../manage/shape.ts'
import { fieldsOf, keyShape } from '../../manage/shapes/key.ts'

const time = z.iso.datetime()

const fields = keyShape.wire.extend({
  id: keyId,
  account: z.string(),
  created_at: time,
  revoked_at: time.optional(),
  rotated_until: time.optional().describe('Until when the secret is still taken that it had before.'),
  revision: z.int(),
})

/** A key as it is answered: never its secret, nor a hash of one. */
export const keyAnswer: z.ZodObject = fields.meta({ id: 'Key' })

/** The same at the one moment when its secret is known. */
export const issuedAnswer: z.ZodObject = fields
  .extend({ secret: z.string().nullable().describe('Told once; null when the same request is repeated.') })
  .meta({ id: 'IssuedKey' })

export function keyJson(key: KeySummary): object {
  const { id, createdAtMs, revokedAtMs, previous, revision = 1 } = key
  return {
    id,
    account: `key:${id}`,
    ...keyShape.write(fieldsOf(key)),
    ...present({
      created_at: iso(createdAtMs),
      revoked_at: iso(revokedAtMs),
      rotated_until: iso(previous?.untilMs),
      revision,
    }),
  }
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString()
}
