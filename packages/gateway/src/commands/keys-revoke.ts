import type { Config } from '../config/index.ts'
import { shownPath } from '../say/config-lines.ts'
import type { Store } from '../store/store.ts'
import type { Command } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** `tollgate keys revoke ID`: for good, and within a second on every running gateway. */
export const keysRevoke: Command = {
  name: 'keys revoke',
  summary: 'Refuse a virtual key from now on, for good; a running gateway does so within a second.',
  usage: [CONFIG_USAGE],
  options: { ...CONFIG_OPTION },
  operands: 1,
  run: (args, world) =>
    withStore(args, world, async (store, config) => {
      const id = args.operands[0]!
      const { status } = await store.directory.revokeKey(id)
      if (status === 'unknown')
        throw new Error(`there is no key ${id}: tollgate keys list shows those there are`)
      if (status === 'read_only') throw new Error(whereKept(id, store, config, world.cwd))
      world.out(status === 'revoked' ? `revoked ${id}` : `${id} was revoked before`)
      return 0
    }),
}

function whereKept(id: string, { front: { demo } }: Store, { file }: Config, cwd: string): string {
  if (!demo) return `${id} is stated in ${file}: take it out there, and restart the gateway`
  return `${id} is kept in ${shownPath(demo.keptIn, cwd)}: delete that file, and restart the gateway for a new one`
}
