import type { StoreConfig } from '../config/index.ts'
import { type Finding, isRefusal } from '../doctor/finding.ts'
import { sqliteFindings } from '../doctor/sqlite-findings.ts'
import { line, storeText } from '../say/config-lines.ts'
import { openCommandStore } from '../store/open-store.ts'
import { type Command, UsageError, type World } from './command.ts'
import { CONFIG_OPTION, CONFIG_USAGE, storeConfigOf } from './with-store.ts'

/** `tollgate doctor`: what must be changed where the books are kept, and what it exposes as it is. */
export const doctor: Command = {
  name: 'doctor',
  summary:
    'Look at the place where the books are: what to change, and what it exposes (exit code 1 when it must be).',
  usage: [
    '--reset-clock    let the books on a Redis believe its clock again, after it had been ahead',
    '--json           print it as JSON',
    CONFIG_USAGE,
  ],
  options: { ...CONFIG_OPTION, json: { type: 'boolean' }, 'reset-clock': { type: 'boolean' } },
  async run(args, world) {
    const config = storeConfigOf(args, world)
    if (args.values['reset-clock']) await reset(config)
    const { findings, acl } = await examined(config, world)
    if (args.values.json) world.out(JSON.stringify({ store: storeText(config, world.cwd), findings, acl }))
    else say({ config, findings, acl }, world)
    return findings.some(isRefusal) ? 1 : 0
  },
}

async function reset(config: StoreConfig): Promise<void> {
  const { store } = config
  if (store.kind === 'sqlite')
    throw new UsageError('--reset-clock is for books on a Redis: a file goes by the clock of this machine')
  const { resetClock } = await import('../store/redis-operator.ts')
  await resetClock(config, store)
}

interface Examined {
  readonly findings: readonly Finding[]
  /** The command that makes a user of Redis for it. */
  readonly acl: string | null
}

async function examined(config: StoreConfig, { nowMs }: World): Promise<Examined> {
  const { store, durability } = config
  if (store.kind === 'redis') {
    const { aclCommand, redisFindings } = await import('../doctor/redis-findings.ts')
    const { reachable } = await import('../store/redis-reach.ts')
    const findings = await reachable(store, () => redisFindings(config, store))
    return { findings, acl: aclCommand(store) }
  }
  const open = () => openCommandStore(config, { clock: { now: nowMs } })
  const findings = await sqliteFindings(store.path, { durability, nowMs: nowMs(), open })
  return { findings, acl: null }
}

function say(
  { config, findings, acl }: Examined & { readonly config: StoreConfig },
  { out, cwd }: World,
): void {
  out(line('store', storeText(config, cwd)))
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
