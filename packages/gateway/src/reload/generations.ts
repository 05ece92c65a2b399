import type { RequestListener } from 'node:http'
import type { Middleware } from '@tollgate/kit/core'
import type { UpgradeListener } from '../listen.ts'
import type { Sessions } from '../pipeline/sessions.ts'
import type { Service } from '../service.ts'

/** What callers are served by: another takes its place at once, and what runs ends where it began. */
export interface Generations {
  now(): Service
  replace(next: Service): void
  readonly listener: RequestListener
  readonly upgrade: UpgradeListener
  /** Whether the gateway is ready, for operators. */
  readonly operatorReadyz: Middleware
  /** The sessions of all of them. */
  readonly sessions: Pick<Sessions, 'drain' | 'cut' | 'sessions'>
  close(): void
}

export function generations(first: Service): Generations {
  let current = first
  let earlier: readonly Service[] = []
  const all = () => [current, ...earlier]

  return {
    now: () => current,
    replace(next) {
      // Those whose last session has ended need not look at the directory any more. Requests need not be waited for: what they
      // remember grows too old by itself.
      const [busy, idle] = partition(earlier, ({ sessions }) => sessions.sessions() > 0)
      for (const service of idle) service.close()
      earlier = [current, ...busy]
      current = next
    },
    listener: (req, res) => (current.app as RequestListener)(req, res),
    operatorReadyz: (req, res, next) => current.ready.operatorStage(req, res, next),
    upgrade: (req, socket, head) => current.sessions(req, socket, head),
    sessions: {
      drain: async () => void (await Promise.all(all().map(({ sessions }) => sessions.drain()))),
      cut() {
        for (const { sessions } of all()) sessions.cut()
      },
      sessions: () => all().reduce((sum, { sessions }) => sum + sessions.sessions(), 0),
    },
    close() {
      for (const service of all()) service.close()
    },
  }
}

function partition<T>(items: readonly T[], is: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(is), items.filter((item) => !is(item))]
}
