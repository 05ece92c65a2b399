import { type Command, numberOf, textOf } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE, storeConfigOf } from './with-store.ts'

/** `tollgate ledger recover`: an operator's word that what a Redis has lost is lost. */
export const ledgerRecover: Command = {
  name: 'ledger recover',
  summary:
    'Take the books of the org as they are, though they have lost more than the gateways can tell again.',
  usage: [
    '--sequence N     only if the books have not come so far, as the warning of a gateway says; in any case when absent',
    '--org ORG        whose books; the org of the config by default',
    CONFIG_USAGE,
  ],
  options: { ...CONFIG_OPTION, sequence: { type: 'string' }, org: { type: 'string' } },
  async run(args, world) {
    const sequence = numberOf(args, 'sequence')
    const config = storeConfigOf(args, world)
    const { store } = config
    if (store.kind === 'sqlite')
      throw new Error('a file loses nothing unnoticed: only books on a Redis are recovered so')
    const org = textOf(args, 'org') ?? config.org
    const { acceptLoss } = await import('../store/redis-operator.ts')
    const outcome = await acceptLoss({ org }, store, sequence)
    const books = `the books of ${org} at ${store.shown}`
    world.out(
      outcome === 'accepted'
        ? `${books} go on as they are; the gateways tell what they still know`
        : `${books} have come as far as ${sequence}: nothing was changed`,
    )
    return 0
  },
}
