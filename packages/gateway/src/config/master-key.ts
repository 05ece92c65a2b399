import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { MASTER_KEY_MIN_BYTES } from '@tollgate/kit/directory'
import { keptSecret } from './kept-secret.ts'

export interface MasterKeyOptions {
  /** What the config states; its bytes as they are. */
  readonly stated: string | undefined
  /** The embedded store, beside which a key is kept when none is stated. */
  readonly databasePath: string
  /** Makes the key to be kept where there is none yet. */
  readonly make?: () => string
}

export interface MasterKey {
  readonly key: Buffer
  /** The file that keeps it; undefined when the config states it. */
  readonly keptIn: string | undefined
  readonly made: boolean
}

/**
 * The key that all hashes of virtual keys are keyed with: as stated, or the one kept beside the database, in
 * `master-key`, made (mode 0600) when absent. Whoever loses it makes every virtual key void.
 *
 * @throws Error when it is shorter than 32 bytes, or its file cannot be read or is open to others.
 */
export function masterKey({ stated, databasePath, make = randomKey }: MasterKeyOptions): MasterKey {
  if (stated !== undefined) return { key: longEnough(stated, 'master_key'), keptIn: undefined, made: false }
  const path = join(dirname(databasePath), 'master-key')
  const { text, made } = keptSecret(path, make)
  return { key: longEnough(text, path), keptIn: path, made }
}

function randomKey(): string {
  return randomBytes(MASTER_KEY_MIN_BYTES).toString('hex')
}

/** A stated key as bytes. @throws Error that names its source when they are too few. */
export function longEnough(text: string, source: string): Buffer {
  const key = Buffer.from(text)
  if (key.length >= MASTER_KEY_MIN_BYTES) return key
  throw new Error(
    `${source} has ${key.length} bytes, and must have at least ${MASTER_KEY_MIN_BYTES}: openssl rand -hex 32`,
  )
}
