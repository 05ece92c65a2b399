import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
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
