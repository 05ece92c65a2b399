import { resetSqliteClock } from '@tollgate/kit/ledger/sqlite'
import { loadConfig, type StoreConfig } from '../config/index.ts'
import { configFindings } from '../doctor/config-findings.ts'
import { type Finding, isRefusal } from '../doctor/finding.ts'
import { providersText } from '../doctor/providers-text.ts'
import { sqliteFindings } from '../doctor/sqlite-findings.ts'
import { tokenizerFindings } from '../doctor/tokenizer-finding.ts'
import { tokenizerOf } from '../pipeline/tokenizer.ts'
import { line, storeText } from '../say/config-lines.ts'
import { runnable } from '../say/runnable.ts'
import { configBudgets } from '../store/config-budgets.ts'
import { openCommandStore } from '../store/open-store.ts'
import { type Command, textOf, type World } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE, refuseMissing, storeConfigOf } from './with-store.ts'

/** `tollgate doctor`: what must be changed where the books are kept, and what it exposes as it is. */
export const doctor: Command = {
  name: 'doctor',
  summary:
    'Look at the place where the books are: what to change, and what it exposes (exit code 1 when it must be).',
  usage: [
    '--reset-clock    let the books go by the clock again, after it had been ahead and was set right',
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: { ...CONFIG_OPTION, json: { type: 'boolean' }, 'reset-clock': { type: 'boolean' } },
  async run(args, world) {
    const config = storeConfigOf(args, world)
    if (args.values['reset-clock']) await reset(config, world)
    const { findings: found, acl } = await examined(config, world)
    const load = () => loadConfig({ ...world, file: textOf(args, 'config') })
    const providers = providersText(load)
    const ofConfig = [...configFindings(load), ...tokenizerFindings(tokenizerOf, load)]
    const findings = [...found, ...ofConfig].map((finding) => ({
      ...finding,
      text: runnable(finding.text, config.file),
    }))
    const store = storeText(config, world.cwd)
    if (args.values.json) world.out(JSON.stringify({ store, providers, findings, acl }))
    else {
      world.out(line('store', store))
      world.out(line('providers', providers))
      say({ findings, acl }, world)
    }
    return findings.some(isRefusal) ? 1 : 0
  },
}

/** A file goes by the clock of its machine, a Redis by its own. */
async function reset(config: StoreConfig, world: World): Promise<void> {
  const { store } = config
  if (store.kind === 'sqlite') {
    refuseMissing(config, world)
    resetSqliteClock(store.path, { clock: { now: world.nowMs } })
    return
  }
  const { resetClock } = await import('../store/redis-operator.ts')
  await resetClock(config, store, { now: world.nowMs })
}

interface Examined {
  readonly findings: readonly Finding[]
  /** The command that makes a user of Redis for it. */
  readonly acl: string | null
}

async function examined(config: StoreConfig, { nowMs }: World): Promise<Examined> {
  const { store } = config
  const wanted = configBudgets(config)
  if (store.kind === 'redis') {
    const { aclCommand, redisFindings } = await import('../doctor/redis-findings.ts')
    return { findings: await redisFindings(config, store, wanted), acl: aclCommand(store) }
  }
  const open = () => openCommandStore(config, { clock: { now: nowMs } })
  const findings = await sqliteFindings(store.path, { config, wanted, nowMs: nowMs(), open })
  return { findings, acl: null }
}

function say({ findings, acl }: Examined, { out }: World): void {
  for (const { check, level, text } of findings) out(line(level, `${check}: ${text}`))
  if (acl !== null) out(line('acl', acl))
  const refusals = findings.filter(isRefusal).length
  const others = findings.filter(({ level }) => level === 'warn' || level === 'ask').length
  out(line(refusals > 0 ? 'refused' : 'ok', verdict(refusals, others)))
}

function verdict(refusals: number, others: number): string {
  const alsoSaid = others > 0 ? `${others} to think about` : 'nothing to think about'
  return refusals > 0
    ? `a gateway does not start here: ${refusals} to change, ${alsoSaid}`
    : `a gateway can start here; ${alsoSaid}`
}
