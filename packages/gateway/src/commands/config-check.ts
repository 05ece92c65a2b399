import { systemClock } from '@tollgate/kit/core'
import { staticDirectory } from '@tollgate/kit/directory'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { sqliteOwners } from '@tollgate/kit/owners/sqlite'
import { auditLog } from '@tollgate/kit/stages/audit-log'
import { type Config, loadConfig } from '../config/index.ts'
import { providersOf } from '../pipeline/providers.ts'
import { budgetText, configLines, line } from '../say/config-lines.ts'
import { service } from '../service.ts'
import { accountBudgets } from '../store/account-budgets.ts'
import { type Command, textOf } from './command.ts'

/** `tollgate config check`: what `start` would run, without running it. */
export const configCheck: Command = {
  name: 'config check',
  summary: 'Say what a config makes the gateway run, or everything that is wrong with it (exit code 1).',
  usage: ['--config FILE    the file; without one, what would run from the environment'],
  options: { config: { type: 'string' } },
  async run(args, { env, cwd, out }) {
    const config = loadConfig({ file: textOf(args, 'config'), env, cwd })
    await checkPipeline(config)
    for (const text of [...configLines(config, cwd), ...peopleLines(config)]) out(text)
    out(line('pipeline', config.pipeline.join(' → ')))
    for (const warning of config.warnings) out(line('warning', warning))
    out(line('ok', `${config.file ?? 'the environment'} can be started from`))
    return 0
  },
}

/** Put the gateway together on books that nobody keeps: modules are loaded, and the order is checked. */
async function checkPipeline(config: Config): Promise<void> {
  const ledger = sqliteLedger(':memory:')
  const owners = sqliteOwners(':memory:')
  try {
    const store = { ledger, directory: staticDirectory([]), masterKey: Buffer.alloc(32) }
    const audit = auditLog({ sinks: [] })
    service({ config, store, owners, providers: providersOf(config), audit, clock: systemClock })
  } finally {
    await owners.close()
    await ledger.close()
  }
}

function peopleLines(config: Config): string[] {
  const named = (kind: 'team' | 'key', { id, budgets }: Config['teams'][number] | Config['keys'][number]) => {
    const limits = accountBudgets(config, kind, budgets).map((budget) => budgetText(budget))
    return line(kind, `${id}: ${limits.join(', ') || 'no budget of its own'}`)
  }
  return [
    ...config.tiers.map(({ name, models }) => line('tier', `${name}: ${models.join(', ')}`)),
    ...config.teams.map((team) => named('team', team)),
    ...config.keys.map((key) => named('key', key)),
    ...config.routes.map(({ model, targets }) => {
      const named = targets.map((target) => `${target.provider}/${target.model}`)
      return line('route', `${model} → ${named.join(', ') || 'nowhere'}`)
    }),
  ]
}
