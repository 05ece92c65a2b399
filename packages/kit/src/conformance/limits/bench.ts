import assert from 'node:assert/strict'
import type { Timers } from '../../core/timers.ts'
import type {
  Limited,
  LimitedRequest,
  LimitStanding,
  Limits,
  Taken,
  TakeResult,
} from '../../limits/limits.ts'
import type { Rates, Scope, Subject } from '../../limits/rates.ts'

/** One store, and how time passes for it. */
export interface LimitsStore {
  /** Limits over this store that go by its time, and wait with these timers. */
  open(timers: Timers): Limits | Promise<Limits>
  /** Let time pass, for everything that the store goes by. */
  advance(ms: number): void | Promise<void>
  /** By how much its own time may run ahead meanwhile, ms. */
  readonly toleranceMs: number
  remove(): void | Promise<void>
}

/** What a case is given. */
export interface Bench {
  readonly toleranceMs: number
  limits(): Promise<Limits>
  /** Let time pass; timers that are due meanwhile are called in their turn. */
  pass(ms: number): Promise<void>
  /** No timer is called any more: to the store it is as if this process had died, or were paused. */
  freeze(): void
  take(request: Partial<LimitedRequest> & Pick<LimitedRequest, 'scopes'>): Promise<TakeResult>
  close(): Promise<void>
}

export type Case = (bench: Bench) => Promise<void>
export type Section = Readonly<Record<string, Case>>

interface Due {
  readonly atMs: number
  readonly callback: () => void
}

export function benchOn(store: LimitsStore): Bench {
  let nowMs = 0
  let ids = 0
  let opened: Promise<Limits> | undefined
  let frozen = false
  const waiting = new Set<Due>()
  const timers: Timers = {
    setTimeout(callback, delayMs) {
      const due = { atMs: nowMs + delayMs, callback }
      waiting.add(due)
      return due
    },
    clearTimeout: (due) => void waiting.delete(due as Due),
  }

  async function goTo(atMs: number): Promise<void> {
    await store.advance(atMs - nowMs)
    nowMs = atMs
  }

  function limits(): Promise<Limits> {
    opened ??= Promise.resolve(store.open(timers))
    return opened
  }

  return {
    toleranceMs: store.toleranceMs,
    limits,
    async pass(ms) {
      const endMs = nowMs + ms
      for (;;) {
        const due = frozen ? [] : [...waiting].filter(({ atMs }) => atMs <= endMs)
        const [next] = due.sort((a, b) => a.atMs - b.atMs)
        if (!next) return goTo(endMs)
        waiting.delete(next)
        await goTo(next.atMs)
        next.callback()
        // What it asks the store for is answered before time goes on.
        await (await limits()).read('acme', [])
      }
    },
    freeze() {
      frozen = true
    },
    async take(request) {
      ids += 1
      const caller = request.scopes[0]?.subject ?? 'key:nobody'
      return (await limits()).take({ org: 'acme', id: `request-${ids}`, caller, tokens: 0, ...request })
    },
    close: async () => (await opened)?.close(),
  }
}

export const scope = (subject: Subject, rates: Rates): Scope => ({ subject, ...rates })

/** The request was taken. */
export function taken(result: TakeResult): Taken {
  assert.equal(result.status, 'taken', JSON.stringify(result))
  return (result as Extract<TakeResult, { status: 'taken' }>).taken
}

/** The request was refused by a limit. */
export function limited(result: TakeResult): Limited {
  assert.equal(result.status, 'limited', JSON.stringify(result))
  return result as Limited
}

/** Where a limit stands, of those that there are. */
export function standingOf(
  standings: readonly LimitStanding[],
  { subject, metric }: Pick<LimitStanding, 'subject' | 'metric'>,
): LimitStanding {
  const found = standings.find((one) => one.subject === subject && one.metric === metric)
  assert.ok(found, `${subject} has no standing in ${metric}`)
  return found
}

/** How much is left of one limit, with nothing taken. */
export async function remaining(
  bench: Bench,
  one: Scope,
  metric: LimitStanding['metric'],
  org = 'acme',
): Promise<number> {
  const standings = await (await bench.limits()).read(org, [one])
  return standingOf(standings, { subject: one.subject, metric }).remaining
}

/** A time is as it should be, as exactly as the store's own time allows. */
export function assertAbout(actualMs: number, expectedMs: number, { toleranceMs }: Bench): void {
  const early = expectedMs - actualMs
  assert.ok(early >= 0 && early <= toleranceMs, `${actualMs} ms, and not ${expectedMs} ms`)
}
