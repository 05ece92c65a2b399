import { hash } from 'node:crypto'
import { windowAt } from '../../../packages/kit/src/ledger/windows.ts'

/** A Wednesday, at noon in UTC. */
export const NOON_MS: number = Date.UTC(2026, 10, 18, 12)
export const HOUR_MS = 3_600_000
export const TTL_MS = 60_000
/** Where the books' arithmetic ends: 2^53 − 2^50. */
export const FULL = 2 ** 53 - 2 ** 50

/** A rule of an account, said in one word: `hard usd day 100`. */
export type RuleText =
  `${'hard' | 'soft' | 'retired'} ${'usd' | 'tokens' | 'requests'} ${'hour' | 'day' | 'total'} ${number}${'' | `+${number}@${number}`}`

const METRIC = { usd: '1', tokens: '2', requests: '3' } as const
const TOTAL: RuleText = `retired usd total ${FULL}`

/** The texts that an account is provisioned with. */
export function rulesOf(budgets: readonly RuleText[]): { v: string; rules: string; limits: string } {
  const rules = [TOTAL, ...budgets]
  const text = JSON.stringify(rules.map((rule) => rule.split(' ').slice(1, 3)))
  const limits = rules.map((rule) => rule[0] + rule.split(' ')[3]!).join(' ')
  return { v: hash('sha1', text).slice(0, 12), rules: text, limits }
}

/** What a caller says of accounts: the windows of now and the next, and each rule's place among them. */
export function describedAt(
  nowMs: number,
  accounts: readonly (readonly RuleText[])[],
): { shapes: string[]; windows: string[] } {
  const windows: string[] = []
  const places = new Map<string, number>()

  function shapeOf(rule: RuleText): string {
    const [, metric, window] = rule.split(' ')
    const digit = METRIC[metric as keyof typeof METRIC]
    if (window === 'total') return `${digit}0`
    if (!places.has(window!)) places.set(window!, windows.push(windowPair(window as 'hour' | 'day', nowMs)))
    return digit + String.fromCharCode(48 + places.get(window!)!)
  }

  return { shapes: accounts.map((rules) => [TOTAL, ...rules].map(shapeOf).join('')), windows }
}

/** `id start end` of the window that contains a time, and of the next. */
export function windowPair(window: 'hour' | 'day', nowMs: number): string {
  const now = windowAt(nowMs, window, 'UTC')
  const next = windowAt(now.endMs, window, 'UTC')
  return `${now.id} ${now.startMs} ${now.endMs} ${next.id} ${next.startMs} ${next.endMs}`
}

/** As much of a reply as is said of it; what is said of a list is said of its beginning. */
export function startOf(reply: unknown, like: unknown): unknown {
  if (!Array.isArray(reply) || !Array.isArray(like)) return reply
  return reply.slice(0, like.length).map((value, at) => startOf(value, like[at]))
}
