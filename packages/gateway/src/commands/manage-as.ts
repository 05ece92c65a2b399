import { userInfo } from 'node:os'
import { keyHasher } from '@tollgate/kit/directory'
import { longEnough, type StoreConfig } from '../config/index.ts'
import type { Manage, Operator } from '../manage/manage.ts'
import type { CommandStore } from '../store/store.ts'
import type { World } from './command.ts'
import { masterKeyHere } from './master-key-here.ts'

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

function masterKeyOf({ masterKey: stated, store }: StoreConfig): Buffer {
  return store.kind === 'redis' ? longEnough(stated ?? '', 'master_key') : masterKeyHere(store, stated)
}

/** In a container there may be nobody of this number. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
