import {
  issueKey,
  type KeyHasher,
  type KeyOwner,
  type KeyRecord,
  keyHasher,
  type StaticDirectory,
  staticDirectory,
} from '@tollgate/kit/directory'
import type { AccountId } from '@tollgate/kit/ledger'

/** The master key that test keys are hashed with. It is public: never give it to a gateway that others can reach. */
export const TEST_MASTER_KEY = 'tollgate-testing-master-key-that-everybody-knows'

/** Whose the key is; an org named `test` unless told otherwise. */
export interface TestKeyOptions extends Partial<KeyOwner> {
  /** The key's own id, for instance to provision its account beforehand. Default: random. */
  readonly id?: string
  /** From this instant on it is refused, ms since the epoch. */
  readonly expiresAtMs?: number
}

/** A virtual key whose text is known. */
export interface TestKey {
  readonly id: string
  /** The `tg-…` text that a client sends. */
  readonly secret: string
  /** The value of an `authorization` header. */
  readonly authorization: string
  readonly org: string
  /** The account that the key's own spend is booked on, in the books of its org. */
  readonly account: AccountId
  /** What a directory keeps of it. */
  readonly record: KeyRecord
}

let hasher: KeyHasher | undefined

/**
 * Mint a virtual key for a test.
 *
 * @throws RangeError when an option is not what a key's record may hold.
 *
 * @example
 * const key = testKey({ team: 'marketing' })
 * app.use(authVirtualKey({ directory: testDirectory(key), masterKey: TEST_MASTER_KEY }))
 * await request(app).post('/v1/chat/completions').set('authorization', key.authorization).send(body)
 */
export function testKey({ org = 'test', ...owner }: TestKeyOptions = {}): TestKey {
  hasher ??= keyHasher(TEST_MASTER_KEY)
  const { record, secret } = issueKey({ org, ...owner, hasher })
  const { id } = record
  return { id, secret, authorization: `Bearer ${secret}`, org, account: `key:${id}`, record }
}

/** A directory of these keys and no others; `TEST_MASTER_KEY` is its master key. */
export function testDirectory(...keys: readonly TestKey[]): StaticDirectory {
  return staticDirectory(keys.map(({ record }) => record))
}
