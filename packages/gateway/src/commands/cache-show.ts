import type { CacheUse } from '@tollgate/kit/audit/sqlite'
import type { SemanticStatus } from '@tollgate/kit/cache/semantic'
import { type Clock, showUsd, systemClock } from '@tollgate/kit/core'
import { type Config, loadConfig } from '../config/index.ts'
import { openSemanticTier } from '../pipeline/semantic-tier.ts'
import { table } from '../say/table.ts'
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
      const shown: Shown = {
        ...(await heldIn(config, clock)),
        use: await store.table?.cacheUse(sinceMs === undefined ? {} : { sinceMs }),
        semantic: await learntIn(config, store, clock),
      }
      if (args.values.json)
        out(JSON.stringify(shown, (_, value) => (typeof value === 'bigint' ? Number(value) : value)))
      else for (const line of linesOf(shown)) out(line)
      return 0
    } finally {
      await store.close()
    }
  },
}

interface Shown {
  readonly on: boolean
  readonly entries: number | undefined
  readonly bytes: number | undefined
  /** Undefined where there is no table of requests to ask. */
  readonly use: CacheUse | undefined
  readonly semantic: Learnt | undefined
}

interface Learnt extends Pick<SemanticStatus, 'shadow' | 'groups'> {
  /** What the team has spent in all that pays for judging; undefined where nobody judges. */
  readonly judgeNanoUsd: number | undefined
}

async function heldIn(config: Config, clock: Clock): Promise<Pick<Shown, 'on' | 'entries' | 'bytes'>> {
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
async function learntIn(config: Config, { ledger }: CommandStore, clock: Clock): Promise<Learnt | undefined> {
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

const COLUMNS = [
  ...[{ title: 'SHARED BELOW' }, { title: 'MODEL' }, { title: 'STANDING' }],
  ...['DELTA', 'AIM', 'AUDITS', 'WRONG', 'AT MOST'].map((title) => ({ title, right: true })),
]

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`

function linesOf({ on, entries, bytes, use, semantic }: Shown): string[] {
  if (!on) return ['nothing is answered from a cache: cache.mode is off']
  const counted = entries === undefined ? 'answers' : `${entries.toLocaleString('en')} answers`
  const size = bytes === undefined ? 'of unknown size' : `${(bytes / 2 ** 20).toFixed(1)} MiB`
  return [`held      ${counted}, ${size}`, ...useLines(use), ...semanticLines(semantic)]
}

function useLines(use: CacheUse | undefined): string[] {
  if (!use) return ['requests  not counted: the config keeps no table of them']
  const { looked, served, semantic, savedNanoUsd, overheadNanoUsd } = use
  const share = percent(looked ? served / looked : 0)
  return [
    `requests  ${looked.toLocaleString('en')} looked for, ${served.toLocaleString('en')} served (${share}), ${semantic.toLocaleString('en')} of them to other words`,
    `saved     ${showUsd(savedNanoUsd - overheadNanoUsd)} net: ${showUsd(savedNanoUsd)} not spent, less ${showUsd(overheadNanoUsd)} for looking`,
  ]
}

function semanticLines(semantic: Learnt | undefined): string[] {
  if (!semantic) return ['semantic  off']
  const { shadow, groups, judgeNanoUsd } = semantic
  const judged =
    judgeNanoUsd === undefined
      ? []
      : [`judging   ${showUsd(judgeNanoUsd)} in all, to the budget of its own team`]
  const mode = shadow ? 'in shadow: decides, and serves nothing' : 'on'
  if (groups.length === 0) return [`semantic  ${mode}; nothing learnt yet`, ...judged]
  const rows = groups.map(({ account, model, standing, delta, aim, audits, wrong, upper }) => [
    ...[account === '' ? 'everybody' : account, model, standing, percent(delta), percent(aim)],
    ...[String(audits), String(wrong), audits === 0 ? '-' : percent(upper)],
  ])
  return [`semantic  ${mode}`, ...judged, '', ...table(COLUMNS, rows)]
}
