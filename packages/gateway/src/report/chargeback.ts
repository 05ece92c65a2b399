import type { Charge, ChargedTo, Charges } from './charges.ts'
import type { ChargebackLine, ClosedMonth } from './closed-months.ts'
import type { Month } from './month.ts'

/** What a month cost, and whom. */
export interface Chargeback extends Month {
  /** When it was closed; undefined while it may still change. */
  readonly closedAtMs: number | undefined
  readonly lines: readonly ChargebackLine[]
  /** What the books say that the org has been charged, all time. */
  readonly bookedNanoUsd: bigint
  /** Whether it is the month behind the last closed one, or the first of all: only then it has what no other one has. */
  readonly isFirstOpen: boolean
}

export interface ChargebackOptions {
  readonly charges: Charges
  /** The months that are closed, in their order. */
  readonly closed: readonly ClosedMonth[]
  readonly costCenterOf: (team: string | null) => string | null
}

/** A closed month is looked at again for so long: every store keeps what it was charged that long. */
const LOOKED_BACK = 12

const SHORTEST_MONTH_MS = 27 * 86_400_000

const NOBODY: ChargedTo = { team: null, project: null, key: null, model: null, provider: null }

/**
 * The report of a month. The sum of all months is what the books say, to the nano-dollar:
 *
 * - A closed month stays as it was reported.
 * - The first that is open has, besides its own charges, what closed months have turned out to be otherwise, and what the
 *   books hold beyond all that is told by anybody.
 * - Any later one has its own charges.
 */
export async function chargeback(month: Month, options: ChargebackOptions): Promise<Chargeback> {
  const { charges, closed, costCenterOf } = options
  const bookedNanoUsd = await charges.booked()
  const done = closed.find(({ name }) => name === month.name)
  if (done) return { ...month, ...done, bookedNanoUsd, isFirstOpen: false }

  const last = closed.at(-1)
  if (last && month.endMs <= last.endMs)
    return { ...month, closedAtMs: last.closedAtMs, lines: [], bookedNanoUsd, isFirstOpen: false }

  const openSinceMs = last?.endMs ?? 0
  const ownMs = Math.max(month.startMs, openSinceMs)
  const isFirstOpen = last ? month.startMs - openSinceMs < SHORTEST_MONTH_MS : await isFirst(month, charges)
  // Months follow each other without a gap, even where the zone has been changed between them.
  const startMs = isFirstOpen ? openSinceMs : ownMs
  const own = await charges.between(startMs, month.endMs)
  const lines = own.map((charge) => lineOf(charge, costCenterOf))
  if (isFirstOpen) {
    lines.push(...(await correctionsOf(options)))
    const later = await charges.between(month.endMs, Number.MAX_SAFE_INTEGER)
    const told = sumOf(closed.flatMap((each) => each.lines)) + sumOf(lines) + sumOf(later)
    if (bookedNanoUsd !== told) lines.push(unattributed(bookedNanoUsd - told))
  }
  return { ...month, startMs, closedAtMs: undefined, lines, bookedNanoUsd, isFirstOpen }
}

/** Where no month is closed: whether it is the first that has any charges. */
async function isFirst({ startMs, endMs }: Month, charges: Charges): Promise<boolean> {
  const hasAny = async (sinceMs: number, untilMs: number) =>
    (await charges.between(sinceMs, untilMs)).length > 0
  if (await hasAny(0, startMs)) return false
  return (await hasAny(startMs, endMs)) || !(await hasAny(endMs, Number.MAX_SAFE_INTEGER))
}

export function sumOf(lines: readonly { readonly nanoUsd: bigint }[]): bigint {
  return lines.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0n)
}

/** What closed months have turned out to be since: charges that came late, or were lowered. */
async function correctionsOf({
  charges,
  closed,
  costCenterOf,
}: ChargebackOptions): Promise<ChargebackLine[]> {
  const lines: ChargebackLine[] = []
  for (const { name, startMs, endMs } of closed.slice(-LOOKED_BACK)) {
    const reported = closed.flatMap((month) =>
      month.lines.filter(({ kind, corrects }) =>
        month.name === name ? kind === 'usage' || kind === 'unconfirmed' : corrects === name,
      ),
    )
    const changed = new Map<string, { to: ChargedTo; requests: number; nanoUsd: bigint }>()
    const add = (each: ChargedTo & { requests: number; nanoUsd: bigint }, sign: 1 | -1) => {
      const to = chargedTo(each)
      const id = JSON.stringify(Object.values(to))
      const sum = changed.get(id) ?? { to, requests: 0, nanoUsd: 0n }
      sum.requests += sign * each.requests
      sum.nanoUsd += BigInt(sign) * each.nanoUsd
      changed.set(id, sum)
    }
    for (const charge of await charges.between(startMs, endMs)) add(charge, 1)
    for (const line of reported) add(line, -1)
    for (const { to, requests, nanoUsd } of changed.values()) {
      if (requests === 0 && nanoUsd === 0n) continue
      lines.push({
        ...to,
        requests,
        nanoUsd,
        kind: 'correction',
        corrects: name,
        costCenter: costCenterOf(to.team),
      })
    }
  }
  return lines
}

function chargedTo({ team, project, key, model, provider }: ChargedTo): ChargedTo {
  return { team, project, key, model, provider }
}

function lineOf(charge: Charge, costCenterOf: ChargebackOptions['costCenterOf']): ChargebackLine {
  return { ...charge, corrects: null, costCenter: costCenterOf(charge.team) }
}

function unattributed(nanoUsd: bigint): ChargebackLine {
  return { ...NOBODY, kind: 'unattributed', corrects: null, costCenter: null, requests: 0, nanoUsd }
}
