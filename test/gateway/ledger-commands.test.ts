import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { uuidv7 } from '@tollgate/kit/core'
import { type Amounts, correctionPrefix, type Ledger } from '@tollgate/kit/ledger'
import { redisLedger } from '@tollgate/kit/ledger/redis'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { fixedClock } from '@tollgate/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ADA, type Place, place, SECRET } from '../support/gateway.ts'
import { keys, redisPlace } from '../support/redis-place.ts'

const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
}
const audit = (path: string) => `
audit: [{ type: ndjson, path: "${path}" }]`
const amounts = (usd: number) => ({ usd, tokens: 40, requests: 1 }) as Amounts

/** A place whose accounts have been made, and its books, as a process has them that is no gateway. */
interface Kept extends Place {
  readonly org: string
  readonly store: 'sqlite' | 'redis'
  books(nowMs?: () => number): Ledger
}

const STORES: Readonly<Record<string, (more?: string) => Promise<Kept>>> = {
  async 'a file'(more = '') {
    const made = await place(`${ADA}${more}`)
    await (await made.start()).close()
    const path = join(made.folder, 'data/tollgate.db')
    const books = (now = Date.now) => sqliteLedger(path, { clock: { now } })
    return { ...made, org: 'default', store: 'sqlite', books }
  },
  async 'a Redis'(more = '') {
    const made = await redisPlace(`${keys()}${more}`)
    await (await made.start()).close()
    const books = (now = Date.now) => redisLedger(made.redis.url, { clock: { now }, deadlineMs: 20_000 })
    return { ...made, org: 'acme', store: 'redis', books }
  },
}

/** Do something with the books as another process would. */
async function within<T>(ledger: Ledger, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
  }
}

/** Leave reservations behind of a process that has died: a cent each, of which something was seen. */
async function abandoned({ books, org }: Kept, count = 1): Promise<readonly string[]> {
  let nowMs = Date.now()
  const ids = Array.from({ length: count }, () => uuidv7())
  await within(
    books(() => nowMs),
    async (ledger) => {
      for (const id of ids) {
        await ledger.reserve({
          org,
          id,
          path: [`org:${org}`, 'team:science', 'key:ada'],
          bound: 'proven',
          ttlMs: 1000,
          min: amounts(10_000_000),
          want: amounts(10_000_000),
          owner: 'somebody who died',
          memo: { requestId: `req of ${id}`, model: 'gpt-4o', priceVersion: 'test' },
        })
      }
      await ledger.heartbeat(
        org,
        ids.map((id) => ({ id, observed: amounts(3_000_000) })),
        1000,
      )
      nowMs += 10_000
      expect(await ledger.expire()).toHaveLength(count)
    },
  )
  return ids
}

const linesOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe.each(Object.entries(STORES))('tollgate ledger unbooked, on %s', (_, made) => {
  const unbooked = async (toldMs = Date.now()) => {
    const kept = await made()
    const [id, older] = [uuidv7(), uuidv7()]
    const { org, books } = kept
    let nowMs = toldMs
    await within(
      books(() => nowMs),
      async (ledger) => {
        await ledger.settle({ org, id: older, actual: amounts(250_000_000), basis: 'estimated' })
        nowMs += 1000
        await ledger.settle({ org, id, actual: amounts(2_000_000), basis: 'exact' })
      },
    )
    return { ...kept, id, older }
  }

  it('lists what nobody was charged, and says what to do', async () => {
    expect((await (await made()).command('ledger unbooked')).out).toBe('everything is booked')
    const { command, id, older, org } = await unbooked(Date.parse('2026-11-21T12:00:00Z'))
    const { code, out } = await command('ledger unbooked')
    expect(code).toBe(0)
    const lines = out.split('\n')
    expect(lines[0]).toMatch(/^TOLD +ID +BASIS +TOKENS +COST$/)
    expect(lines[1]).toMatch(new RegExp(`^2026-11-21T12:00:00.000Z +${older} +estimated +40 +\\$0\\.25$`))
    expect(lines[2]).toMatch(new RegExp(`^2026-11-21T12:00:01.000Z +${id} +exact +40 +\\$0\\.002$`))
    expect(out).toContain('2 unbooked, $0.252 in all')
    expect(out).toContain('`tollgate ledger unbooked --drop ID --config tollgate.yaml`')
    expect(out).toContain('`tollgate ledger unbooked --charge ID --to key:NAME --config tollgate.yaml`')
    const [first, second] = (await command('ledger unbooked --json')).out.split('\n')
    expect(JSON.parse(first!)).toEqual({
      id: older,
      org,
      basis: 'estimated',
      told_at: '2026-11-21T12:00:00.000Z',
      cost_usd: '0.250000000',
      tokens: 40,
      requests: 1,
    })
    expect(JSON.parse(second!)).toMatchObject({ id })
    expect((await command('doctor')).out).toContain(
      'unbooked: 2 charges, $0.252 in all, are booked on nobody. See to them with `tollgate ledger unbooked --config tollgate.yaml`.',
    )
  })

  it('charges one to a key and all above it, in all and in every budget, once', async () => {
    const { command, id, older, org, books } = await unbooked()
    expect(await command(`ledger unbooked --charge ${id} --to key:ada`)).toEqual({
      code: 0,
      out: `${id} is charged: $0.002 to org:${org}, team:science, key:ada`,
      err: '',
    })
    const path = [`org:${org}`, 'team:science', 'key:ada'] as const
    const states = await within(books(), (ledger) => ledger.read(org, path))
    expect(states.map(({ spent }) => spent)).toEqual([2_000_000, 2_000_000, 2_000_000])
    expect(states[2]!.budgets).toMatchObject([{ spent: 2_000_000 }])
    const again = await command(`ledger unbooked --charge ${id} --to key:ada`)
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringContaining(`${id} is not among what is unbooked`),
    })
    expect((await command('ledger unbooked --json')).out).toContain(older)
  })

  it('charges one of another day to that day, and to no budget of today', async () => {
    const toldMs = Date.now() - 2 * 86_400_000
    const { command, id, older, org, books, store } = await unbooked(toldMs)
    for (const each of [id, older]) {
      expect((await command(`ledger unbooked --charge ${each} --to key:ada`)).code).toBe(0)
    }
    const [key] = await within(books(), (ledger) => ledger.read(org, ['key:ada']))
    expect(key).toMatchObject({ spent: 252_000_000, budgets: [{ spent: 0 }] })
    // A Redis is asked for its roll-ups, a file for its records, of which this has none.
    const day = new Date(toldMs).toISOString().slice(0, 10)
    const { out } = await command(`spend --by key --since ${day}`)
    expect(out).toMatch(store === 'redis' ? /^ada +2 +80 +\$0\.252$/m : /^unattributed +\$0\.252 /m)
    const after = new Date(toldMs + 86_400_000).toISOString().slice(0, 10)
    expect((await command(`spend --by key --since ${after}`)).out).not.toMatch(/^ada/m)
  })

  it('charges what is told of one later by what it is more, or less', async () => {
    const { command, older: id, org, books } = await unbooked()
    const spent = () =>
      within(books(), async (ledger) => {
        const states = await ledger.read(org, [`org:${org}`, 'team:science', 'key:ada'])
        return [...states.map(({ spent }) => spent), states[2]!.budgets[0]!.spent]
      })
    const told = (usd: number) =>
      within(books(), (ledger) => ledger.settle({ org, id, actual: amounts(usd), basis: 'exact' }))
    const charge = () => command(`ledger unbooked --charge ${id} --to key:ada`)
    expect((await charge()).out).toBe(`${id} is charged: $0.25 to org:${org}, team:science, key:ada`)
    await told(1_000_000_000)
    expect((await charge()).out).toBe(
      `${id} is charged: $1.00, of which $0.25 was before, to org:${org}, team:science, key:ada`,
    )
    expect(await spent()).toEqual(Array(4).fill(1_000_000_000))
    await told(900_000_000)
    expect((await charge()).code).toBe(0)
    expect(await spent()).toEqual(Array(4).fill(900_000_000))
    expect((await command('ledger unbooked --json')).out).not.toContain(id)
  })

  it('completes what broke off, and charges nobody else for it', async () => {
    const { command, id, org, books } = await unbooked()
    await within(books(), (ledger) =>
      ledger.adjust({
        org,
        id: `${correctionPrefix(id)}exact 2000000 40 1`,
        reason: `unbooked ${id} to key:ada`,
        account: 'key:ada',
        budget: 'total',
        delta: 2_000_000,
      }),
    )
    expect(await command(`ledger unbooked --charge ${id} --to team:science`)).toEqual({
      code: 1,
      out: '',
      err: `tollgate ledger unbooked: ${id} is charged to key:ada in part: say --to key:ada`,
    })
    expect((await command(`ledger unbooked --charge ${id} --to key:ada`)).code).toBe(0)
    const path = [`org:${org}`, 'team:science', 'key:ada'] as const
    const states = await within(books(), (ledger) => ledger.read(org, path))
    expect(states.map(({ spent }) => spent)).toEqual([2_000_000, 2_000_000, 2_000_000])
    expect(states[2]!.budgets).toMatchObject([{ spent: 2_000_000 }])
  })

  it('charges nothing to a name that the books do not know', async () => {
    const { command, id, org, books } = await unbooked()
    expect(await command(`ledger unbooked --charge ${id} --to key:eda`)).toEqual({
      code: 1,
      out: '',
      err: `tollgate ledger unbooked: key:eda is not in the books of ${org}: nothing was charged`,
    })
    expect(await within(books(), (ledger) => ledger.read(org, [`org:${org}`]))).toMatchObject([{ spent: 0 }])
  })

  it('tells Prometheus how many there are, and what they come to', async () => {
    const { start, command, id, org } = await unbooked()
    const gateway = await start()
    const samples = async () => {
      const text = await (await gateway.admin('/metrics')).text()
      return text.split('\n').filter((line) => line.startsWith('tollgate_unbooked_'))
    }
    expect(await samples()).toEqual([
      `tollgate_unbooked_charges{org="${org}"} 2`,
      `tollgate_unbooked_usd{org="${org}"} 0.252`,
    ])
    expect((await command(`ledger unbooked --drop ${id}`)).code).toBe(0)
    expect(await samples()).toEqual([
      `tollgate_unbooked_charges{org="${org}"} 1`,
      `tollgate_unbooked_usd{org="${org}"} 0.25`,
    ])
  })

  it('takes one from the list', async () => {
    const { command, id, older } = await unbooked()
    expect((await command(`ledger unbooked --drop ${older}`)).out).toBe(
      `${older} is off the list: $0.25, charged to nobody by it`,
    )
    const { out } = await command('ledger unbooked --json')
    expect([out.includes(older), out.includes(id)]).toEqual([false, true])
  })

  it.each(['--charge x', '--to key:ada', '--charge x --to key:ada --drop x', '--charge x --to ada'])(
    'does not take %s',
    async (options) => {
      const { command, id } = await unbooked()
      const { code, out } = await command(`ledger unbooked ${options.replaceAll(' x', ` ${id}`)}`)
      expect({ code, out }).toEqual({ code: 2, out: '' })
    },
  )
})

describe.each(Object.entries(STORES))('tollgate ledger expired --settle, on %s', (_, made) => {
  it('writes a line for each reservation to the audit file, as the books have it', async () => {
    const kept = await made(audit('./data/audit.ndjson'))
    const ids = await abandoned(kept, 3)
    expect(await kept.command('ledger expired --settle observed')).toEqual({
      code: 0,
      out: 'settled 3: $0.03 → $0.009',
      err: '',
    })
    const lines = linesOf(join(kept.folder, 'data/audit.ndjson'))
    expect(lines.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
    for (const line of lines) {
      expect(line).toMatchObject({
        org: kept.org,
        team: 'science',
        key: 'ada',
        model: 'gpt-4o',
        ending: 'expired',
        reservedNanoUsd: 10_000_000,
        chargedNanoUsd: 3_000_000,
        basis: 'estimated',
        requestId: `req of ${line.id}`,
      })
    }
    expect((await kept.command('ledger expired --settle observed')).out).toBe('settled 0: $0.00 → $0.00')
    expect(linesOf(join(kept.folder, 'data/audit.ndjson'))).toHaveLength(3)
  })

  it('settles nothing where the records cannot be written', async () => {
    const kept = await made(audit('./data/taken'))
    await abandoned(kept)
    mkdirSync(join(kept.folder, 'data/taken'), { recursive: true })
    const { code, out, err } = await kept.command('ledger expired --settle zero')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/data\/taken takes no records, so nothing was done: EISDIR/)
    expect((await kept.command('ledger expired')).out).toContain('1 unconfirmed, $0.01 in all')
  })

  it('needs the variables of the audit only to settle', async () => {
    const kept = await made()
    await abandoned(kept)
    kept.edit(/$/, audit(`\${AUDIT_FOLDER}/audit.ndjson`))
    expect((await kept.command('ledger expired')).code).toBe(0)
    const { code, err } = await kept.command('ledger expired --settle zero')
    expect(code).toBe(1)
    expect(err).toContain('AUDIT_FOLDER')
  })
})

describe('books that have lost more than the gateways can tell again', () => {
  const warnings = () => {
    const texts: string[] = []
    const note = ({ message }: Error) => void texts.push(message)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    return texts
  }

  it('are said to be so by the gateway, with the command that takes them as they are', async () => {
    const { redis, start, command } = await redisPlace()
    const clock = fixedClock(Date.now())
    const told = warnings()
    const gateway = await start({ clock })
    const ask = () =>
      gateway
        .client(SECRET)
        .chat.completions.create(call)
        .then(
          () => 200,
          ({ status }: { status: number }) => status,
        )
    for (let count = 0; count < 4; count++) {
      expect(await ask()).toBe(200)
      clock.advance(40_000)
    }
    // A backup of long ago.
    await redis.call('hset', 'tg:1:{acme}:meta', 'q', 1, 'rid', 'another run')
    expect(await ask()).toBe(503)
    await expect.poll(() => told.join('\n')).toContain('have lost more than can be told again')
    const [, typed, sequence] =
      /`(tollgate ledger recover --org acme --sequence (\d+) --config tollgate\.yaml)`/.exec(told.join('\n'))!
    expect(Number(sequence)).toBeGreaterThan(1)
    const { out } = await command('doctor')
    expect(out).toMatch(/^warn +books: .*`tollgate ledger recover --org acme --config tollgate\.yaml`\.$/m)
    const line = typed!.slice('tollgate '.length).replace(' --config tollgate.yaml', '')
    expect((await command(line)).out).toContain('the books of acme at redis://')
    clock.advance(10_000)
    expect(await ask()).toBe(200)
    expect((await command('doctor')).out).toMatch(/^note +books: The books of acme are open/m)
  })

  it('are taken as they are without a word of how far they had come, and left alone when they had not', async () => {
    const { command } = await redisPlace()
    expect((await command('ledger recover --sequence 0')).out).toMatch(
      /^the books of acme at \S+ have come as far as 0: nothing was changed$/,
    )
    expect((await command('ledger recover')).out).toMatch(/ go on as they are; the gateways tell/)
    expect((await command('ledger recover --sequence much')).code).toBe(2)
  })
})

it('doctor --reset-clock lets a file go by a clock again that was ahead', async () => {
  const { folder, start, command } = await place()
  await (await start()).close()
  const path = join(folder, 'data/tollgate.db')
  const ahead = sqliteLedger(path, { clock: { now: () => Date.now() + 40 * 86_400_000 } })
  await within(ahead, (ledger) => ledger.provision('default', 'team:other', []))
  const gateway = await start()
  const ask = () => gateway.client(SECRET).chat.completions.create(call)
  await expect(ask()).rejects.toMatchObject({ status: 503 })
  expect((await command('doctor --reset-clock')).code).toBe(0)
  expect((await ask()).usage?.total_tokens).toBeGreaterThan(0)
})
