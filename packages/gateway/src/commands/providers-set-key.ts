import { type Command, UsageError } from './command.ts'
import { withSealedKeys } from './provider-keys.ts'
import { CONFIG_OPTION, CONFIG_USAGE } from './with-store.ts'

/** A header holds no more of a key than this. */
const MAX_LENGTH = 8192

/** `tollgate providers set-key NAME`: keep a provider's key beside the books, sealed. */
export const providersSetKey: Command = {
  name: 'providers set-key',
  summary: 'Keep the key of a provider beside the books, sealed; it is read from standard input.',
  usage: [
    'NAME             the provider, which says apiKey: sealed in the config',
    '< FILE           the key, on standard input: an argument would be seen in the list of processes',
    CONFIG_USAGE,
  ],
  options: { ...CONFIG_OPTION },
  operands: 1,
  async run(args, world) {
    const name = args.operands[0]!
    const key = keyIn(await world.input())
    const status = await withSealedKeys(args, world, (keys) => keys.set(name, key))
    world.out(
      `${name}: ${status === 'set' ? 'kept, sealed' : 'replaced, sealed'}; a gateway reads it when it starts`,
    )
    return 0
  },
}

/** @throws UsageError that repeats nothing of what was read. */
function keyIn(input: string): string {
  const key = input.replace(/\r?\n$/, '')
  if (key === '') throw new UsageError('no key came on standard input: write < FILE, or pipe it in')
  if (key.length > MAX_LENGTH || !/^[\x20-\x7e]+$/.test(key) || key !== key.trim())
    throw new UsageError('what came on standard input is no key: one line of printable ASCII')
  return key
}
