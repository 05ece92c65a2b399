import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type KeyHasher,
  type KeyRecord,
  keyHasher,
  keyRecord,
  MASTER_KEY_MIN_BYTES,
  mintVirtualKey,
} from '@tollgate/kit/directory'
import { type Config, type ConfigKey, keptSecret, type StoreConfig } from '../config/index.ts'

/** The id of the key that a gateway without a config file makes for its first caller. */
const DEMO_KEY = 'demo'

/** A key that the directory does not keep: the config states it, or a file beside the database. */
export interface FrontKeys {
  readonly records: readonly KeyRecord[]
  /** Present when there is no config file that could state keys. */
  readonly demo?: DemoKey
  /** The file of the key that an earlier start without a config file made, and that one with it does not know. */
  readonly strayDemo?: string
}

export interface DemoKey {
  readonly secret: string
  readonly team: string
  /** The file that keeps it. */
  readonly keptIn: string
}

/**
 * The keys before the directory's own. Without a config file there is one, for a demonstration: made once, kept beside
 * the database (mode 0600), and the same at every later start.
 *
 * @throws Error when its file cannot be read, or holds no key.
 */
export function frontKeys(config: Config, databasePath: string, hasher: KeyHasher): FrontKeys {
  const path = demoKeyPath(databasePath)
  if (config.file !== undefined) {
    const records = statedKeys(config, hasher)
    return { records, ...(existsSync(path) && { strayDemo: path }) }
  }
  const { text: secret } = keptSecret(path, () => mintVirtualKey().secret)
  const demo = demoKey(config)
  const record = recordOf({ ...demo, secret }, config.org, hasher)
  return { records: [record], demo: { secret, team: demo.team, keptIn: path } }
}

/** The keys that the config states. */
export function statedKeys({ keys, org }: Pick<Config, 'keys' | 'org'>, hasher: KeyHasher): KeyRecord[] {
  return keys.map((key) => recordOf(key, org, hasher))
}

/**
 * The same keys as a command knows them, which nobody calls: whose they are, with secrets that nobody has.
 *
 * @param databasePath where the demonstration key would be; none with a store that keeps no keys.
 */
export function knownKeys(config: StoreConfig, databasePath?: string): KeyRecord[] {
  const hasher = keyHasher(randomBytes(MASTER_KEY_MIN_BYTES))
  const isKept = databasePath !== undefined && existsSync(demoKeyPath(databasePath))
  const keys: readonly NamedKey[] = config.file !== undefined ? config.keys : isKept ? [demoKey(config)] : []
  return keys.map((key) => recordOf({ ...key, secret: mintVirtualKey().secret }, config.org, hasher))
}

/** The file of the demonstration key, beside the database. */
export function demoKeyPath(databasePath: string): string {
  return join(dirname(databasePath), 'demo-key')
}

function demoKey({ teams }: Pick<Config, 'teams'>) {
  return { id: DEMO_KEY, team: teams[0]?.id ?? 'default', label: 'demonstration' }
}

type NamedKey = Pick<ConfigKey, 'id'> & Partial<Omit<ConfigKey, 'secret' | 'budgets'>>
type StatedKey = NamedKey & Pick<ConfigKey, 'secret'>

function recordOf(key: StatedKey, org: string, hasher: KeyHasher): KeyRecord {
  const { id, secret, team, project, user, tier, label, tags, scopes } = key
  return keyRecord({
    hasher,
    id,
    secret,
    org,
    ...(team !== undefined && { team }),
    ...(project !== undefined && { project }),
    ...(user !== undefined && { user }),
    ...(tier !== undefined && { tier }),
    ...(label !== undefined && { label }),
    ...(tags !== undefined && { tags }),
    ...(scopes !== undefined && { scopes }),
  })
}
