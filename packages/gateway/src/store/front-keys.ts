import { dirname, join } from 'node:path'
import { type KeyHasher, type KeyRecord, keyRecord, mintVirtualKey } from '@tollgate/kit/directory'
import { type Config, keptSecret } from '../config/index.ts'

/** The id of the key that a gateway without a config file makes for its first caller. */
const DEMO_KEY = 'demo'

/** A key that the directory does not keep: the config states it, or a file beside the database. */
export interface FrontKeys {
  readonly records: readonly KeyRecord[]
  /** Present when there is no config file that could state keys. */
  readonly demo?: DemoKey
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
export function frontKeys(config: Config, hasher: KeyHasher): FrontKeys {
  if (config.file !== undefined)
    return { records: config.keys.map((key) => recordOf(key, config.org, hasher)) }
  const path = join(dirname(config.store.path), 'demo-key')
  const { text: secret } = keptSecret(path, () => mintVirtualKey().secret)
  const team = config.teams[0]?.id ?? 'default'
  const record = recordOf({ id: DEMO_KEY, team, secret, label: 'demonstration' }, config.org, hasher)
  return { records: [record], demo: { secret, team, keptIn: path } }
}

type StatedKey = Pick<Config['keys'][number], 'id' | 'secret'> &
  Partial<Pick<Config['keys'][number], 'team' | 'project' | 'user' | 'label' | 'tags'>>

function recordOf(key: StatedKey, org: string, hasher: KeyHasher): KeyRecord {
  const { id, secret, team, project, user, label, tags } = key
  return keyRecord({
    hasher,
    id,
    secret,
    org,
    ...(team !== undefined && { team }),
    ...(project !== undefined && { project }),
    ...(user !== undefined && { user }),
    ...(label !== undefined && { label }),
    ...(tags !== undefined && { tags }),
  })
}
