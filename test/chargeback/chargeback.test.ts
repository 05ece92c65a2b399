import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nanoUsd, uuidv7 } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import { redisLedger } from '@tollgate/kit/ledger/redis'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { type Place, place, type Running, SECRET } from '../support/gateway.ts'
import { PATIENT } from '../support/redis-books.ts'
import { BOBS_SECRET, ORG, redisPlace } from '../support/redis-place.ts'

const PEOPLE = `
teams: [{ id: science, cost_center: "=4711" }, { id: sales }]
keys:
  - { id: ada, team: science, project: x, secret: "${SECRET}" }
  - { id: bob, team: sales, secret: "${BOBS_SECRET}" }
`

/** The month of today where a report is made, and the three before it, the oldest first: `2026-11`. */
function lastMonths(timeZone = 'UTC'): readonly [string, string, string, string] {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' })
  const [year = 0, month = 0] = today.format(new Date()).split('-').map(Number)
  const monthBefore = (months: number) =>
    new Date(Date.UTC(year, month - 1 - months)).toISOString().slice(0, 7)
  return [monthBefore(3), monthBefore(2), monthBefore(1), monthBefore(0)]
}

const call = (text: string) => ({
  model: 'gpt-4o-mini',
  max_tokens: 20,
  messages: [{ role: 'user' as const, content: text }],
})

interface Line {
  readonly line: string
  readonly team: string | null
  readonly cost_usd: string
}
interface Report {
  readonly lines: readonly Line[]
  readonly total_usd: string
  readonly books_usd: string
}

const nano = (usd: string) => BigInt(usd.replace('.', ''))

async function report(made: Place, month: string, more = ''): Promise<Report> {
  const { code, out, err } = await made.command(`spend --month ${month} --json ${more}`)
  expect([code, err.includes('books')]).toEqual([0, true])
  return JSON.parse(out) as Report
}

/** The sum of all months is what the books say, to the nano-dollar. */
async function expectWhole(made: Place, months: readonly string[]): Promise<void> {
  const reports = await Promise.all(months.map((month) => report(made, month)))
  const sum = reports.reduce((all, { total_usd }) => all + nano(total_usd), 0n)
  for (const { books_usd } of reports) expect(sum).toBe(nano(books_usd))
}

/** A call that a gateway had begun when it was killed. */
async function leaveBehind(ledger: Ledger, org: string): Promise<void> {
  const amounts = { usd: nanoUsd(77_777), tokens: 30, requests: 1 }
  const memo = { requestId: 'req_killed', model: 'gpt-4o-mini', priceVersion: 'v' }
  const { status } = await ledger.reserve({
    org,
    id: uuidv7(),
    path: [`org:${org}`, 'team:science', 'project:x', 'key:ada'],
    min: amounts,
    want: amounts,
    bound: 'proven',
    ttlMs: 1000,
    owner: 'killed',
    memo,
  })
  expect(status).toBe('ok')
}

/** The gateways that live charge it, unconfirmed. */
async function expectUnconfirmed(made: Place, month: string): Promise<void> {
  const unconfirmed = async () => (await report(made, month)).lines.find(({ line }) => line === 'unconfirmed')
  await expect.poll(unconfirmed, { timeout: 30_000, interval: 500 }).toMatchObject({
    team: 'science',
    cost_usd: '0.000077777',
  })
}

async function spendSome(gateway: Running): Promise<void> {
  const callers = [SECRET, BOBS_SECRET].map((secret) => gateway.client(secret).chat.completions)
  await Promise.all(callers.map((caller) => caller.create(call('Hello.'))))
}

it.each(['UTC', 'Europe/Berlin', 'America/Los_Angeles', 'Pacific/Chatham'])(
  'in a file, the months of %s sum up to the books through kills, corrections and closings',
  async (zone) => {
    const months = lastMonths(zone)
    const [, earlier, last, current] = months
    const made = await place(`timezone: ${zone}\n${PEOPLE}`)
    const path = join(made.folder, 'data/tollgate.db')
    const gateway = await made.start()
    await spendSome(gateway)
    await spendSome(gateway)
    const ledger = sqliteLedger(path)
    await leaveBehind(ledger, 'default')
    await ledger.close()
    await expectUnconfirmed(made, current)
    await gateway.close()
    const db = new DatabaseSync(path)
    closeAfter(async () => db.close())
    // What was spent is moved to earlier months, one of them at the very edge of one.
    const rows = db.prepare("SELECT id FROM audit WHERE basis = 'exact' ORDER BY key").all()
    const move = db.prepare('UPDATE audit SET at_ms = ? WHERE id = ?')
    move.run(Date.parse(`${last}-01T00:00:00Z`) - 90 * 60_000, rows[0]!.id!)
    move.run(Date.parse(`${earlier}-12T12:00:00Z`), rows[1]!.id!)
    move.run(Date.parse(`${last}-12T12:00:00Z`), rows[2]!.id!)
    await expectWhole(made, months)

    const closed = await report(made, earlier, '--close')
    expect(await report(made, earlier)).toMatchObject({ total_usd: closed.total_usd })
    await expectWhole(made, months)

    // A record that comes late, one that is lost with its process, and a counter that an operator has corrected.
    const again = await made.start()
    await spendSome(again)
    await again.close()
    const [late, lost] = db
      .prepare('SELECT id FROM audit WHERE charged_nano_usd > 0 ORDER BY at_ms DESC')
      .all()
    move.run(Date.parse(`${earlier}-05T00:00:00Z`), late!.id!)
    db.prepare('DELETE FROM audit WHERE id = ?').run(lost!.id!)
    await expectWhole(made, months)
    const { lines } = await report(made, last)
    expect(lines.map(({ line }) => line)).toEqual(
      expect.arrayContaining(['usage', 'correction', 'unattributed']),
    )
    await report(made, last, '--close')
    await expectWhole(made, months)
    expect((await report(made, earlier)).lines).toEqual(closed.lines)
  },
)

it('on a Redis they do, with what a killed gateway leaves behind', async () => {
  const made = await redisPlace(PEOPLE.replace(/^teams.*$/m, ''))
  const gateway = await made.start()
  await spendSome(gateway)
  const ledger = redisLedger(made.redis.url, PATIENT)
  await leaveBehind(ledger, ORG)
  await ledger.close()
  const months = lastMonths()
  const [, , , current] = months
  await expectUnconfirmed(made, current)
  await expectWhole(made, months)
  await gateway.close()
  const { lines } = await report(made, current, '--by team,model')
  expect(lines.map(({ line, team }) => [line, team])).toEqual([
    ['usage', 'sales'],
    ['usage', 'science'],
    ['unconfirmed', 'science'],
  ])
  expect((await made.command(`spend --month ${current} --close`)).err).toContain('it has not ended')
})

it('is CSV for finance, in which no name is a formula', async () => {
  const made = await place(PEOPLE)
  const gateway = await made.start()
  await spendSome(gateway)
  const [, , , month] = lastMonths()
  const asked = `/admin/v1/chargeback?month=${month}&by=team,cost_center`
  const answer = await gateway.admin(`${asked}&format=csv`)
  expect(answer.headers.get('content-type')).toContain('text/csv')
  const text = await answer.text()
  const [title, ...lines] = text.split('\r\n')
  expect(title).toBe('month,time_zone,line,corrects,team,cost_center,requests,cost_usd')
  expect(lines[0]).toMatch(
    new RegExp(String.raw`^${month},UTC,usage,,(science,'=4711|sales,),1,0\.0000\d{5}$`),
  )
  const { out, err } = await made.command(`spend --csv --month ${month} --by team,cost_center`)
  expect(`${out}\n`).toBe(text)
  expect(err).toContain('sum ')
  const { total_usd, books_usd } = (await (await gateway.admin(asked)).json()) as Report
  expect(total_usd).toBe(books_usd)
})

it.each([
  ['--month 2026-13', '--month 2026-13 is not a month'],
  ['--month 2026-11 --by teem', 'there is no column "teem" here: did you mean team?'],
  ['--csv --since 7d', '--since does not go with a report of a month'],
])('spend %s says what to type', async (options, says) => {
  const made = await place(PEOPLE)
  await (await made.start()).close()
  expect(await made.command(`spend ${options}`)).toMatchObject({
    code: 2,
    err: expect.stringContaining(says),
  })
})
