import { userInfo } from 'node:os'
import { keyHasher } from '@tollgate/kit/directory'
import { longEnough, masterKey, type StoreConfig } from '../config/index.ts'
import type { Manage, Operator } from '../manage/manage.ts'
import type { CommandStore } from '../store/store.ts'
import type { World } from './command.ts'

/** Whoever types a command on a machine that reaches the store: nobody is asked for more there. */
export function operatorHere(): Operator {
  return { by: `command:${userName()}`, role: 'admin', leads: () => true }
}

/** What operations work on, as a command has it. */
export function manageHere(
  { directory, ledger }: CommandStore,
  config: StoreConfig,
  { nowMs }: World,
): Manage {
  const hasher = () => keyHasher(masterKeyOf(config))
  return { org: config.org, directory, ledger, hasher, config: () => config, clock: { now: nowMs } }
}

/** A gateway has a master key since its first start; another one made here would hash a key that it never knows. */
function masterKeyOf({ masterKey: stated, store }: StoreConfig): Buffer {
  if (store.kind === 'redis') return longEnough(stated ?? '', 'master_key')
  const { key } = masterKey({
    stated,
    databasePath: store.path,
    make() {
      throw new Error(
        'the master key of these books is not here: set TOLLGATE_MASTER_KEY, or name the config of their gateway with --config',
      )
    },
  })
  return key
}

/** In a container there may be nobody of this number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
