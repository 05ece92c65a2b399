import type { CacheUse } from '@tollgate/kit/audit/sqlite'
import type { SemanticStatus } from '@tollgate/kit/cache/semantic'
import { showUsd } from '@tollgate/kit/core'
import { percent } from './percent.ts'
import { table } from './table.ts'

/** A cache as operators look at it. */
export interface ShownCache {
  readonly on: boolean
  readonly entries: number | undefined
  readonly bytes: number | undefined
  /** Undefined where there is no table of requests to ask. */
  readonly use: CacheUse | undefined
  readonly semantic: LearntByCache | undefined
}

/** What was learnt of answers to other words. */
export interface LearntByCache extends Pick<SemanticStatus, 'shadow' | 'groups'> {
  /** What the team has spent in all that pays for judging; undefined where nobody judges. */
  readonly judgeNanoUsd: number | undefined
}

const COLUMNS = [
  ...[{ title: 'SHARED BELOW' }, { title: 'MODEL' }, { title: 'STANDING' }],
  ...['DELTA', 'AIM', 'AUDITS', 'WRONG', 'AT MOST'].map((title) => ({ title, right: true })),
]

/** What it holds, what it has saved net of its own cost, and what its audits certify of each group. */
export function cacheLines({ on, entries, bytes, use, semantic }: ShownCache): string[] {
  if (!on) return ['nothing is answered from a cache: cache.mode is off']
  return [`held      ${heldText(entries, bytes)}`, ...useLines(use), ...semanticLines(semantic)]
}

/** A store that cannot count its answers, or weigh them, says what it can. */
function heldText(entries: number | undefined, bytes: number | undefined): string {
  const counted = entries?.toLocaleString('en').concat(entries === 1 ? ' answer' : ' answers')
  const size = bytes === undefined ? undefined : `${(bytes / 2 ** 20).toFixed(1)} MiB`
  if (counted === undefined) return size === undefined ? 'answers, uncounted' : `${size} of answers`
  return `${counted}, ${size ?? 'of unknown size'}`
}

function useLines(use: CacheUse | undefined): string[] {
  if (!use)
    return ['requests  not counted here: tollgate_cache_requests_total at /metrics of each gateway is']
  const { looked, served, semantic, savedNanoUsd, overheadNanoUsd } = use
  const share = percent(looked ? served / looked : 0)
  return [
    `requests  ${looked.toLocaleString('en')} looked for, ${served.toLocaleString('en')} served (${share}), ${semantic.toLocaleString('en')} of them to other words`,
    `saved     ${showUsd(savedNanoUsd - overheadNanoUsd)} net: ${showUsd(savedNanoUsd)} not spent, less ${showUsd(overheadNanoUsd)} for looking and judging`,
  ]
}

function semanticLines(semantic: LearntByCache | undefined): string[] {
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
