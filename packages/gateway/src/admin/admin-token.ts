import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { dirname, join } from 'node:path'
import { defineStage, type Stage, TollgateError } from '@tollgate/kit/core'
import { type Config, keptSecret } from '../config/index.ts'

export interface AdminToken {
  readonly token: string
  /** The file that keeps it; undefined when the config states it. */
  readonly keptIn: string | undefined
}

/**
 * The token of the admin listener: as stated, or one kept beside the database, made (mode 0600) when absent.
 *
 * @throws Error when there is neither it nor a database.
 */
export function adminToken({ admin, store }: Pick<Config, 'admin' | 'store'>): AdminToken {
  if (admin.token !== undefined) return { token: admin.token, keptIn: undefined }
  if (store.kind === 'redis') throw new Error('admin.token is missing: with a Redis store it must be stated')
  const keptIn = join(dirname(store.path), 'admin-token')
  return { token: keptSecret(keptIn, () => randomBytes(32).toString('hex')).text, keptIn }
}

const BEARER = /^Bearer +(\S+) *$/i

/** Let nobody pass without the token. Answers `invalid_api_key` (401), in a time that tells nothing of how near a guess is. */
export const requireToken = (token: string): Stage => {
  const right = digest(token)
  return defineStage({
    name: 'admin-token',
    handle: function requireToken(req) {
      const presented = BEARER.exec(req.headers.authorization ?? '')?.[1] ?? ''
      if (timingSafeEqual(digest(presented), right)) return
      throw new TollgateError('invalid_api_key', {
        message: 'This listener is for operators. Send its token as `Authorization: Bearer …`.',
      })
    },
  })
}

/** Texts of any length as bytes of one length, as a constant-time comparison needs them. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
