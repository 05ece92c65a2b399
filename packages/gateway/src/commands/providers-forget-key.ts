import type { Command } from './command.ts'
import { withSealedKeys } from './provider-keys.ts'
import { CONFIG_OPTION, CONFIG_USAGE } from './with-store.ts'

/** `tollgate providers forget-key NAME`: the other end of `set-key`. */
export const providersForgetKey: Command = {
  name: 'providers forget-key',
  summary:
    'Remove the sealed key of a provider; a gateway that runs goes on with it until it is started again.',
  usage: ['NAME             the provider', CONFIG_USAGE],
  options: { ...CONFIG_OPTION },
  operands: 1,
  async run(args, world) {
    const name = args.operands[0]!
    if (!(await withSealedKeys(args, world, (keys) => keys.remove(name))))
      throw new Error(`no key of ${name} is kept: tollgate providers list tells which are`)
    world.out(`${name}: forgotten`)
    return 0
  },
}
