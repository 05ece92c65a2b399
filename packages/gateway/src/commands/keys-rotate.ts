import { rotateKey } from '../manage/keys.ts'
import { line } from '../say/config-lines.ts'
import type { Command } from './command.ts'
import { durationOf } from './duration-option.ts'
import { manageHere, operatorHere } from './manage-as.ts'
import { CONFIG_OPTION, CONFIG_USAGE, withStore } from './with-store.ts'

/** `tollgate keys rotate ID`: another secret for the same key, and time to replace the old one. */
export const keysRotate: Command = {
  name: 'keys rotate',
  summary: 'Give a virtual key another secret, shown once; the old one is taken for a while longer.',
  usage: [
    '--grace 24h      how long the old secret is still taken, at most 30d; 0s: not at all',
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: { ...CONFIG_OPTION, grace: { type: 'string' }, json: { type: 'boolean' } },
  operands: 1,
  run: (args, world) =>
    withStore(args, world, { withMasterKey: true }, async (store, config) => {
      const target = { id: args.operands[0]! }
      const manage = manageHere(store, config, world)
      const { key, secret } = await rotateKey(manage, operatorHere(), target, {
        graceMs: durationOf(args, 'grace'),
      })
      const until = key.previous ? new Date(key.previous.untilMs).toISOString() : null
      if (args.values.json) world.out(JSON.stringify({ id: key.id, secret, rotated_until: until }))
      else {
        world.out(line('key', key.id))
        world.out(line('secret', `${secret} (shown this once)`))
        world.out(line('old', until ? `taken until ${until}` : 'refused from now on'))
      }
      return 0
    }),
}
