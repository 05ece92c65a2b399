import type { StoreConfig } from '../config/index.ts'
import { actorOf } from '../manage/manage.ts'
import { shownPath } from '../say/config-lines.ts'
import { demoKeyPath } from '../store/front-keys.ts'
import type { Command } from './command.ts'
import { operatorHere } from './manage-as.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** `tollgate keys revoke ID`: for good, and within a second on every running gateway. */
export const keysRevoke: Command = {
  name: 'keys revoke',
  summary: 'Refuse a virtual key from now on, for good; a running gateway does so within a second.',
  usage: [CONFIG_USAGE],
  options: { ...CONFIG_OPTION },
  operands: 1,
  run: (args, world) =>
    withStore(args, world, {}, async ({ directory }, config) => {
      const id = args.operands[0]!
      const { status } = await directory.revokeKey(id, actorOf(operatorHere()))
      if (status === 'unknown')
        throw new Error(`there is no key ${id}: tollgate keys list shows those there are`)
      if (status === 'read_only') throw new Error(whereKept(id, config, world.cwd))
      world.out(status === 'revoked' ? `revoked ${id}` : `${id} was revoked before`)
      return 0
    }),
}

/** Only a gateway without a config file, and so with a file of books, has a demonstration key. */
function whereKept(id: string, { file, store }: StoreConfig, cwd: string): string {
  if (file !== undefined || store.kind === 'redis')
    return `${id} is stated in ${file}: take it out there, and restart the gateway`
  return `${id} is kept in ${shownPath(demoKeyPath(store.path), cwd)}: delete that file, and restart the gateway for a new one`
}
