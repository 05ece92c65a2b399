import { type Clock, systemClock } from '@tollgate/kit/core'
import { type Config, loadConfig } from '../config/index.ts'
import { openSemanticTier } from '../pipeline/semantic-tier.ts'
import { cacheLines, type LearntByCache, type ShownCache } from '../say/cache-lines.ts'
import { openAnswerCache } from '../store/answer-cache.ts'
import { openCommandStore } from '../store/open-store.ts'
import type { CommandStore } from '../store/store.ts'
import { type Command, textOf } from './command.ts'
import { sinceOf } from './since.ts'
import { CONFIG_OPTION, CONFIG_USAGE, refuseMissing } from './with-store.ts'

/** `tollgate cache show`: what the cache holds, what it has saved net of its own cost, and what its audits certify. */
export const cacheShow: Command = {
  name: 'cache show',
  summary: 'Tell what the cache holds, how much it has saved, and what its audits certify of each group.',
  usage: [
    '--since 7d       count requests since then: 12h, 7d, 2026-11-01; all there are by default',
    '--json           print it as JSON; amounts in nano-USD',
    CONFIG_USAGE,
  ],
  options: { ...CONFIG_OPTION, since: { type: 'string' }, json: { type: 'boolean' } },
  async run(args, world) {
    const { env, cwd, out, nowMs } = world
    const config = loadConfig({ file: textOf(args, 'config'), env, cwd })
    refuseMissing(config, world)
    const clock = nowMs === Date.now ? systemClock : { now: nowMs }
    const store = await openCommandStore(config, { clock })
    try {
      const sinceMs = sinceOf(args, nowMs())
      const shown: ShownCache = {
        ...(await heldIn(config, clock)),
        use: await store.table?.cacheUse(sinceMs === undefined ? {} : { sinceMs }),
        semantic: await learntIn(config, store, clock),
      }
      if (args.values.json)
        out(JSON.stringify(shown, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))
      else for (const line of cacheLines(shown)) out(line)
      return 0
    } finally {
      await store.close()
    }
  },
}

async function heldIn(config: Config, clock: Clock): Promise<Pick<ShownCache, 'on' | 'entries' | 'bytes'>> {
  const cache = await openAnswerCache(config, clock)
  if (!cache) return { on: false, entries: undefined, bytes: undefined }
  try {
    const { entries, bytes } = await cache.status()
    return { on: true, entries, bytes }
  } finally {
    await cache.close()
  }
}

/** What gateways have learnt, as one that starts now would know it. */
async function learntIn(
  config: Config,
  { ledger }: CommandStore,
  clock: Clock,
): Promise<LearntByCache | undefined> {
  const tier = await openSemanticTier({ config, ledger, simulated: undefined, clock })
  if (!tier) return undefined
  try {
    await tier.idle()
    const { isReady, shadow, groups } = tier.status()
    if (!isReady) throw new Error('what the cache has learnt cannot be read just now')
    return { shadow, groups, judgeNanoUsd: await judgeCost(config, ledger) }
  } finally {
    await tier.close()
  }
}

async function judgeCost(
  { org, cache }: Config,
  ledger: CommandStore['ledger'],
): Promise<number | undefined> {
  const team = cache.semantic?.judge?.team
  if (team === undefined) return undefined
  const [account] = await ledger.read(org, [`team:${team}`])
  return account?.spent
}
