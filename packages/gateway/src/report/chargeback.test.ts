import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chargeback, sumOf } from './chargeback.ts'
import type { Charge, Charges } from './charges.ts'
import type { ClosedMonth } from './closed-months.ts'
import { type Month, monthNamed } from './month.ts'

const ZONES = ['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Asia/Kolkata', 'Pacific/Chatham']
const NAMES = ['2026-08', '2026-09', '2026-10', '2026-11']
const FIRST_MS = Date.parse('2026-08-02T00:00:00Z')
const LAST_MS = Date.parse('2026-11-29T00:00:00Z')

interface Event {
  readonly atMs: number
  readonly team: string
  readonly nanoUsd: number
  /** Kept in the books, and in no record. */
  readonly lost: boolean
  readonly unconfirmed: boolean
  /** After how many closings it comes to be known. */
  readonly late: number
}

/** Books of which some is known, as time goes on. */
function books(timeZone: string) {
  const known: Event[] = []
  const charges: Charges = {
    timeZone,
    fields: ['team'],
    between: async (sinceMs, untilMs) =>
      known.filter(({ atMs, lost }) => !lost && atMs >= sinceMs && atMs < untilMs).map(chargeOf),
    booked: async () => known.reduce((sum, { nanoUsd }) => sum + BigInt(nanoUsd), 0n),
  }
  return { known, charges }
}

function chargeOf({ team, nanoUsd, unconfirmed }: Event): Charge {
  const nobody = { project: null, key: null, model: null, provider: null }
  const kind = unconfirmed ? 'unconfirmed' : 'usage'
  return { ...nobody, team, kind, requests: unconfirmed ? 0 : 1, nanoUsd: BigInt(nanoUsd) }
}

const month = (name: string, timeZone = 'UTC') => monthNamed(name, timeZone)!

async function close(of: Month, charges: Charges, closed: ClosedMonth[]) {
  const report = await chargeback(of, { charges, closed, costCenterOf: () => null })
  if (report.isFirstOpen) closed.push({ ...report, closedAtMs: of.endMs })
  return report
}

describe('the reports of all months', () => {
  const event = fc.record<Event>({
    atMs: fc.integer({ min: FIRST_MS, max: LAST_MS }),
    team: fc.constantFrom('a', 'b', 'c'),
    nanoUsd: fc.integer({ min: -1000, max: 2 ** 50 }),
    lost: fc.nat(9).map((chance) => chance === 0),
    unconfirmed: fc.boolean(),
    late: fc.nat(3),
  })

  it('sum up to the books, whatever comes late, is lost or is corrected, and whenever months are closed', async () => {
    const history = fc.tuple(fc.array(event), fc.constantFrom(...ZONES), fc.nat(4))
    await fc.assert(
      fc.asyncProperty(history, async ([events, zone, toClose]) => {
        const { known, charges } = books(zone)
        const closed: ClosedMonth[] = []
        for (const [round, name] of NAMES.slice(0, toClose).entries()) {
          known.push(...events.filter(({ late }) => late === round))
          await close(month(name, zone), charges, closed)
        }
        known.push(...events.filter(({ late }) => late >= toClose))
        const options = { charges, closed, costCenterOf: () => null }
        // With every month closed what has come since stands in the next one.
        const names = closed.at(-1)?.name === '2026-11' ? [...NAMES, '2026-12'] : NAMES
        const reports = await Promise.all(names.map((name) => chargeback(month(name, zone), options)))
        // Where nothing is known of anybody, whichever month is asked about has it all.
        const isKnown = known.some(({ lost }) => !lost) || closed.length > 0
        const counted = isKnown ? reports : reports.slice(0, 1)
        expect(sumOf(counted.flatMap(({ lines }) => lines))).toBe(await charges.booked())
        for (const { name, lines } of closed)
          expect(reports.find((report) => report.name === name)?.lines).toEqual(lines)
      }),
    )
  })
})

const paid = (day: string, team: string, nanoUsd: number, rest: Partial<Event> = {}): Event => ({
  atMs: Date.parse(day),
  team,
  nanoUsd,
  lost: false,
  unconfirmed: false,
  late: 0,
  ...rest,
})
const told = (
  lines: readonly { kind: string; corrects: string | null; team: string | null; nanoUsd: bigint }[],
) => lines.map(({ kind, corrects, team, nanoUsd }) => [kind, corrects, team, nanoUsd])

it('a charge that comes late into a closed month is a correction in the first that is open, once', async () => {
  const { known, charges } = books('UTC')
  const closed: ClosedMonth[] = []
  known.push(paid('2026-09-10', 'a', 100), paid('2026-10-01', 'a', 7))
  await close(month('2026-09'), charges, closed)
  known.push(paid('2026-09-11', 'a', 5), paid('2026-09-12', 'b', 3, { unconfirmed: true }))
  expect(told((await close(month('2026-10'), charges, closed)).lines)).toEqual([
    ['usage', null, 'a', 7n],
    ['correction', '2026-09', 'a', 5n],
    ['correction', '2026-09', 'b', 3n],
  ])
  known.push(paid('2026-09-13', 'b', -2))
  const options = { charges, closed, costCenterOf: () => null }
  expect(told((await chargeback(month('2026-11'), options)).lines)).toEqual([
    ['correction', '2026-09', 'b', -2n],
  ])
})

it('what no record explains stands in the first month that is open, and in no later one', async () => {
  const { known, charges } = books('UTC')
  known.push(
    paid('2026-09-10', 'a', 100),
    paid('2026-09-11', 'a', 9, { lost: true }),
    paid('2026-10-05', 'a', 1),
  )
  const options = { charges, closed: [], costCenterOf: (team: string | null) => team && `cc-${team}` }
  const [september, october] = await Promise.all(
    ['2026-09', '2026-10'].map((name) => chargeback(month(name), options)),
  )
  expect(told(september!.lines)).toEqual([
    ['usage', null, 'a', 100n],
    ['unattributed', null, null, 9n],
  ])
  expect(september!.lines[0]?.costCenter).toBe('cc-a')
  expect([september!.isFirstOpen, october!.isFirstOpen]).toEqual([true, false])
  expect(told(october!.lines)).toEqual([['usage', null, 'a', 1n]])
})

it('a zone that is changed between two months leaves no gap between them, and counts nothing twice', async () => {
  const { known, charges } = books('UTC')
  const closed: ClosedMonth[] = []
  const around = ['2026-09-30T10:00Z', '2026-09-30T23:30Z', '2026-10-01T00:30Z', '2026-10-01T08:00Z']
  known.push(...around.map((at) => paid(at, 'a', 1)))
  const september = await close(month('2026-09', 'Asia/Kolkata'), charges, closed)
  const october = await close(month('2026-10', 'America/Los_Angeles'), charges, closed)
  expect([sumOf(september.lines), sumOf(october.lines)]).toEqual([1n, 3n])
})
