import type { Resealed } from '../secrets/sealed-keys.ts'
import type { Command } from './command.ts'
import { withSealedKeys } from './provider-keys.ts'
import { CONFIG_OPTION, CONFIG_USAGE } from './with-store.ts'

/** `tollgate providers reseal`: the step of a rotation after which the old key can be dropped. */
export const providersReseal: Command = {
  name: 'providers reseal',
  summary: 'Seal all keys of providers anew with the first of seal_keys, so that the others can be dropped.',
  usage: [CONFIG_USAGE],
  options: { ...CONFIG_OPTION },
  async run(args, world) {
    const done = await withSealedKeys(args, world, (keys) => keys.reseal())
    for (const each of done) world.out(`${each.provider}: ${SAID[each.status]}`)
    const left = done.filter(({ status }) => status !== 'resealed' && status !== 'current')
    if (left.length === 0)
      world.out('every key is sealed with the first of seal_keys: the others can be dropped')
    else world.err(`${left.length} of ${done.length} are not: drop nothing yet`)
    return left.length === 0 ? 0 : 1
  },
}

const SAID: Readonly<Record<Resealed['status'], string>> = {
  resealed: 'sealed anew',
  current: 'sealed with the first already',
  overtaken: 'changed by somebody else just now: run this again',
  unknown_key: 'sealed with a key that is not here: state it among seal_keys',
  tampered: 'changed, or moved from elsewhere: set it again',
}
