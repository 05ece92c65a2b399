import { relative } from 'node:path'
import { showUsd } from '@tollgate/kit/core'
import type { Budget, Window } from '@tollgate/kit/ledger'
import type { AdminToken } from '../admin/admin-token.ts'
import type { Config, Policy } from '../config/index.ts'
import type { DemoKey } from '../store/front-keys.ts'

/** What starting says: each line is what this process does, and what to do with it. */
export interface Started {
  readonly config: Config
  readonly url: string
  readonly adminUrl: string
  readonly adminToken: AdminToken
  readonly demo: DemoKey | undefined
  /** No provider has a key, and a simulated one stands in. */
  readonly simulated: boolean
  /** Several of these may run side by side, each with books of its own. */
  readonly kubernetes: boolean
  /** What paths are shown relative to. */
  readonly cwd: string
}

export function startLines(started: Started): string[] {
  const { config, url, adminUrl, adminToken, demo, cwd } = started
  const inCwd = (path: string) => shownPath(path, cwd)
  const lines = [
    line('store', `${inCwd(config.store.path)} (this machine)`),
    line('provider', providerText(started)),
    ...policyTexts(config).map((text) => line('policy', text)),
    ...(config.mode === 'observe'
      ? [line('mode', 'observe: what budgets and tiers would refuse is only reported')]
      : []),
    line('key', demo ? `${demo.secret} (team ${demo.team}; in ${inCwd(demo.keptIn)})` : keyText(config)),
    line('python', `OpenAI(base_url="${url}/v1", api_key="${demo?.secret ?? 'tg-…'}")`),
    line('admin', `${adminUrl} (token ${adminToken.keptIn ? `in ${inCwd(adminToken.keptIn)}` : 'as configured'})`),
  ]
  return [...lines, ...warnings(started).map((text) => line('warning', text))]
}

/** A label, and what it stands before. */
export function line(label: string, text: string): string {
  return `${label.padEnd(9)} ${text}`
}

function warnings({ config, kubernetes }: Started): string[] {
  if (!kubernetes) return [...config.warnings]
  const books =
    'this is Kubernetes, and the books are in one pod: three replicas would be three sets of books, each with the whole budget. Run one replica, on a volume that outlives it.'
  return [...config.warnings, books]
}

function providerText({ config, simulated }: Started): string {
  const named = config.providers.map(({ name, apiKey, apiKeyFrom, billing }) => {
    const key = apiKeyFrom ?? (apiKey === undefined ? 'no key needed' : 'key as configured')
    return `${name} ✓ ${key}${billing === 'none' ? ', costs nothing' : ''}`
  })
  const disabled = config.disabledProviders.map(({ name, because }) => `${name}: no key (${because})`)
  if (!simulated) return [...named, ...disabled].join(' · ') || 'none: no model can be called'
  return 'openai: no key (none set: simulated; answers are made up, and cost nothing real)'
}

function policyTexts({ policies, timeZone }: Config): string[] {
  if (policies.length === 0) return ['none: only the budgets of teams, users and keys']
  return policies.map((policy) => policyText(policy, timeZone))
}

const PER: Readonly<Record<Window, string>> = {
  hour: ' per hour',
  day: ' per day',
  week: ' per week',
  month: ' per month',
  total: ' in all',
}

function policyText({ name, per, budget }: Policy, timeZone: string): string {
  const { window, mode } = budget
  const zone = window === 'total' ? '' : `, ${timeZone}`
  return `${name}: ${limitText(budget)} per ${per}${PER[window]}${zone}${mode === 'soft' ? ' (only observed)' : ''}`
}

function limitText({ metric, limit }: Budget): string {
  return metric === 'usd' ? showUsd(limit) : `${limit} ${metric}`
}

function keyText({ keys, file }: Config): string {
  const stated = keys.length === 0 ? 'none' : keys.map(({ id }) => id).join(', ')
  return `${stated} in ${file}; make more: tollgate keys create --config ${file}`
}

function shownPath(path: string, cwd: string): string {
  const inside = relative(cwd, path)
  return inside.startsWith('..') ? path : `./${inside}`
}
