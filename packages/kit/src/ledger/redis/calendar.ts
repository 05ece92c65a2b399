import { type WindowSpan, windowAt } from '../windows.ts'
import type { Rule } from './rules.ts'

/** The windows that a command brings along, and which of them each rule of its accounts counts in. */
export interface Calendar {
  /** Per account: two characters a rule, its metric and the place of its window among `windows`; '0' for all time. */
  readonly shapes: readonly string[]
  /** `id start end` of the window of now and of the one after it, per distinct calendar. */
  readonly windows: readonly string[]
  /** When the first of the windows ends, ms. */
  readonly untilMs: number
}

interface Pair {
  readonly span: WindowSpan
  readonly text: string
}

/** That one command can name: a place is one character, and the last of ASCII is this far from the first place. */
const MAX_CALENDARS = 79

const METRIC = { usd: '1', tokens: '2', requests: '3' } as const
/** The character of place 1 is the one after '0'. */
const PLACE_ZERO = 48

/** By calendar: the windows that were last asked for are nearly always those of the next command too. */
const latest = new Map<string, Pair>()

/**
 * The window of now and the next one, for all rules of a command's accounts: which of them it is, the server's clock
 * decides. A wrong clock here costs another attempt, never a fresh budget.
 *
 * @throws RangeError when there are too many calendars for one command.
 */
export function calendarOf(accounts: readonly (readonly Rule[])[], nowMs: number): Calendar {
  const places = new Map<string, number>()
  const windows: string[] = []
  let untilMs = Infinity
  const shapes = accounts.map((rules) => rules.map((rule) => METRIC[rule.metric] + placeOf(rule)).join(''))
  if (windows.length > MAX_CALENDARS)
    throw new RangeError(
      `budgets of these accounts, those they once had included, count on ${windows.length} calendars: ${MAX_CALENDARS} at most`,
    )
  return { shapes, windows, untilMs }

  function placeOf(rule: Rule): string {
    if (rule.window === 'total') return '0'
    const calendar = nameOf(rule)
    const known = places.get(calendar)
    if (known !== undefined) return String.fromCharCode(PLACE_ZERO + known)
    const { span, text } = pairAt(calendar, rule, nowMs)
    untilMs = Math.min(untilMs, span.endMs)
    places.set(calendar, windows.push(text))
    return String.fromCharCode(PLACE_ZERO + windows.length)
  }
}

/** Whether one command can name all calendars of these accounts. */
export function fitOneCommand(accounts: readonly (readonly Rule[])[]): boolean {
  const rules = accounts.flat().filter(({ window }) => window !== 'total')
  return new Set(rules.map(nameOf)).size <= MAX_CALENDARS
}

const nameOf = ({ window, anchorDay, timeZone }: Rule): string => `${window} ${anchorDay ?? 1} ${timeZone}`

function pairAt(calendar: string, rule: Rule, nowMs: number): Pair {
  const known = latest.get(calendar)
  if (known && known.span.startMs <= nowMs && nowMs < known.span.endMs) return known
  const span = windowAt(nowMs, rule.window, rule.timeZone, rule.anchorDay)
  const next = windowAt(span.endMs, rule.window, rule.timeZone, rule.anchorDay)
  const pair = { span, text: `${textOf(span)} ${textOf(next)}` }
  latest.set(calendar, pair)
  return pair
}

const textOf = ({ id, startMs, endMs }: WindowSpan): string => `${id} ${startMs} ${endMs}`

/** Of windows by their place, the one that a rule counts in; undefined for all time. */
export function windowOf<T>(shape: string, number: number, windows: readonly T[]): T | undefined {
  return windows[shape.charCodeAt(2 * number + 1) - PLACE_ZERO - 1]
}
