import { type Clock, machineTimers, type Timers } from '@tollgate/kit/core'
import { adoptListedData, GENAI_PRICES_PUBLISHED_MS } from '@tollgate/kit/meter'
import { considerPrices } from './consider.ts'
import { keptPrices } from './kept-prices.ts'
import { type FoundPrices, findPrices } from './source.ts'

export interface PriceUpdatesOptions {
  /** An address or a file that is asked; undefined: only what is kept counts, which `tollgate prices update` writes. */
  readonly from: string | undefined
  /** How often it is asked, ms; undefined: never, but when it is told to. */
  readonly everyMs: number | undefined
  /** The file with the last good data. */
  readonly keep: string
  readonly output: (line: string) => void
  readonly clock: Clock
  readonly timers?: Timers
}

export interface PriceUpdates {
  /** Adopt what is kept, and begin to follow it. */
  start(): Promise<void>
  /** Ask the source now, where there is one; then adopt what is kept. Never rejects: what is in force stays so. */
  refresh(): Promise<void>
  /** The date of the prices in force, ms since the epoch; of their last sight at the source, where it dates nothing. */
  datedMs(): number
  close(): void
}

/** How often the kept file is looked at: another process may have written it. */
const LOOK_MS = 60_000

/**
 * Newer prices without a restart: what is found is read, doubted, kept, and put in force for all books of this process at
 * once. What is unreadable, older, or gives away what has a price is said, and changes nothing.
 */
export function priceUpdates({
  from,
  everyMs,
  keep,
  output,
  clock,
  timers = machineTimers,
}: PriceUpdatesOptions): PriceUpdates {
  const kept = keptPrices(keep)
  let datedMs = GENAI_PRICES_PUBLISHED_MS
  let mark = ''
  let askedMs = clock.now()
  let handle: ReturnType<Timers['setTimeout']> | undefined
  let work: Promise<void> = Promise.resolve()

  /** Whether it is in force now. */
  const adopt = async (found: FoundPrices, place: string): Promise<boolean> => {
    const considered = await considerPrices(found, datedMs)
    if (considered.verdict === 'refused') {
      for (const reason of considered.reasons.slice(0, 3)) output(`prices    not from ${place}: ${reason}`)
      return false
    }
    if (considered.verdict === 'same') {
      datedMs = Math.max(datedMs, found.datedMs)
      return true
    }
    adoptListedData(considered.data)
    datedMs = found.datedMs
    output(`prices    ${considered.data.version}: ${considered.changes.length} changed, from ${place}`)
    return true
  }

  const look = async (): Promise<void> => {
    const seen = await kept.mark()
    if (seen === mark) return
    mark = seen
    const found = await kept.read()
    if (found) await adopt(found, keep)
  }

  const ask = async (): Promise<void> => {
    askedMs = clock.now()
    if (from === undefined) return
    const found = await findPrices(from, { nowMs: clock.now() })
    if (await adopt(found, from)) await kept.keep(found)
  }

  /** One after the other, and none of them is the end of the process. */
  const next = (step: () => Promise<void>): Promise<void> => {
    work = work.then(step).catch((cause: unknown) => output(`prices    ${(cause as Error).message}`))
    return work
  }

  const schedule = () => {
    handle = timers.setTimeout(
      () => {
        const due = everyMs !== undefined && clock.now() - askedMs >= everyMs
        void next(due ? ask : look).then(schedule)
      },
      Math.min(LOOK_MS, everyMs ?? LOOK_MS),
    )
  }

  return {
    async start() {
      await next(look)
      schedule()
    },
    refresh: () => next(ask).then(() => next(look)),
    datedMs: () => datedMs,
    close() {
      if (handle !== undefined) timers.clearTimeout(handle)
      handle = undefined
    },
  }
}
