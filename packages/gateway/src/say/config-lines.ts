import { relative } from 'node:path'
import { showUsd } from '@tollgate/kit/core'
import type { Budget, Window } from '@tollgate/kit/ledger'
import type { Config, Policy } from '../config/index.ts'

/** A label, and what it stands before. */
export function line(label: string, text: string): string {
  return `${label.padEnd(9)} ${text}`
}

/** What a config makes a gateway do, wherever it listens; paths are shown relative to `cwd`. */
export function configLines(config: Config, cwd: string): string[] {
  return [
    line('store', storeText(config, cwd)),
    line('provider', providerText(config)),
    ...policyTexts(config).map((text) => line('policy', text)),
    ...(config.mode === 'observe'
      ? [line('mode', 'observe: what budgets and tiers would refuse is only reported')]
      : []),
  ]
}

/** Where the books are; never with a password. */
export function storeText({ store, org }: Pick<Config, 'store' | 'org'>, cwd: string): string {
  if (store.kind === 'redis') return `${store.shown} (a fleet; books of ${org})`
  return `${shownPath(store.path, cwd)} (this machine; a fleet: store: redis://…)`
}

/** Whether a simulated provider stands in: only where nobody has stated a config, since what runs from a file is meant. */
export function isSimulated({ file, providers }: Pick<Config, 'file' | 'providers'>): boolean {
  return file === undefined && providers.length === 0
}

function providerText(config: Config): string {
  if (isSimulated(config))
    return 'openai: no key (none set: simulated; answers are made up, and cost nothing real)'
  const named = config.providers.map(({ name, apiKey, apiKeyFrom, billing }) => {
    const key = apiKeyFrom ?? (apiKey === undefined ? 'no key needed' : 'key as configured')
    return `${name} ✓ ${key}${billing === 'none' ? ', costs nothing' : ''}`
  })
  const disabled = config.disabledProviders.map(({ name }) => `${name}: no key`)
  return [...named, ...disabled].join(' · ')
}

function policyTexts({ policies, timeZone }: Config): string[] {
  if (policies.length === 0) return ['none: only the budgets of teams, users and keys']
  return policies.map((policy) => policyText(policy, timeZone))
}

function policyText({ name, per, budget }: Policy, timeZone: string): string {
  const zone = budget.window === 'total' ? '' : `, ${timeZone}`
  return `${name}: ${budgetText(budget, `per ${per} `)}${zone}${budget.mode === 'soft' ? ' (only observed)' : ''}`
}

const PER: Readonly<Record<Window, string>> = {
  hour: 'per hour',
  day: 'per day',
  week: 'per week',
  month: 'per month',
  total: 'in all',
}

/** A limit for people: `$50.00 per day`. */
export function budgetText(
  { metric, limit, window }: Pick<Budget, 'metric' | 'limit' | 'window'>,
  whose = '',
): string {
  return `${metric === 'usd' ? showUsd(limit) : `${limit} ${metric}`} ${whose}${PER[window]}`
}

export function shownPath(path: string, cwd: string): string {
  const inside = relative(cwd, path)
  return inside.startsWith('..') ? path : `./${inside}`
}
