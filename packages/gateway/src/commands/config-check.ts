import { systemClock } from '@tollgate/kit/core'
import { staticDirectory } from '@tollgate/kit/directory'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { priceBook } from '@tollgate/kit/meter'
import { type Config, loadConfig } from '../config/index.ts'
import { assemblePipeline } from '../pipeline/assemble.ts'
import { providersOf } from '../pipeline/provider-routes.ts'
import { budgetText, configLines, line } from '../say/config-lines.ts'
import { accountBudgets } from '../store/account-budgets.ts'
import { type Command, textOf, type World } from './command.ts'

/** `tollgate config check`: what `start` would run, without running it. */
export const configCheck: Command = {
  name: 'config check',
  summary: 'Say what a config makes the gateway run, or everything that is wrong with it (exit code 1).',
  usage: ['--config FILE    the file; without one, what would run from the environment'],
  options: { config: { type: 'string' } },
  async run(args, world) {
    const config = loadConfig({ file: textOf(args, 'config'), env: world.env, cwd: world.cwd })
    await checkPipeline(config)
    for (const text of linesOf(config, world)) world.out(text)
    return 0
  },
}
