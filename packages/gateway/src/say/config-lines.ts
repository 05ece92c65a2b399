import { relative } from 'node:path'
import { showUsd } from '@tollgate/kit/core'
import type { Budget, Window } from '@tollgate/kit/ledger'
import { type Config, type HttpProvider, type Policy, type Provider, SEALED } from '../config/index.ts'

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
  const named = config.providers.map(modelsText)
  const apis = config.httpProviders.map(apiText)
  const disabled = config.disabledProviders.map(({ name }) => `${name}: no key`)
  return [...named, ...apis, ...disabled].join(' · ')
}

/** A provider of models, whom it is known as, and what it is called with. */
function modelsText(provider: Provider): string {
  const { name, preset, billing } = provider
  const known = preset === undefined || preset === name ? '' : ` (${preset})`
  const free = billing === 'none' ? ', costs nothing' : ''
  if (provider.sealed && provider.apiKey === undefined) return `${name}${known}: ${STILL_SEALED}${free}`
  return `${name}${known} ✓ ${credentialText(provider)}${free}`
}

/** Of a config that was read without its books: nobody has looked whether a key is kept there. */
const STILL_SEALED = 'sealed, looked up in the books at the start'

function credentialText({ apiKey, apiKeys, apiKeyFrom, sealed, host }: Provider): string {
  if (sealed) return 'sealed key'
  if (apiKeys) return apiKeys.length === 1 ? 'key as configured' : `${apiKeys.length} keys as configured`
  if (apiKeyFrom !== undefined) return apiKeyFrom
  if (apiKey !== undefined) return 'key as configured'
  if (host?.kind === 'bedrock')
    return host.credentials ? 'keys as configured' : 'AWS credentials of this machine'
  if (host?.tokenFile !== undefined) return `token in ${host.tokenFile}`
  if (host?.kind !== 'vertex') return 'no key needed'
  return host.credentialsFile === undefined ? 'Google credentials of this machine' : host.credentialsFile
}

/** A paid API, and what is paid for it. */
function apiText({ name, auth, authFrom, sealed, billing, meter }: HttpProvider): string {
  const price = billing === 'none' ? ', costs nothing' : meter ? `, $${meter.usd} a ${meter.unit}` : ''
  if (sealed && auth?.value === SEALED) return `${name}: ${STILL_SEALED}${price}`
  const key = sealed
    ? 'sealed credential'
    : (authFrom ?? (auth ? 'credential as configured' : 'no credential needed'))
  return `${name} ✓ ${key}${price}`
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
