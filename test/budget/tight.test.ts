import { governedFetch } from '@tollgate/kit/client'
import type { Clock } from '@tollgate/kit/core'
import { budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import { priceBook, sharedTokenizer } from '@tollgate/kit/meter'
import { fixedClock, memoryLedger } from '@tollgate/testing'

import { beforeAll, describe, expect, it } from 'vitest'
import type { Assembly } from '../support/assembly.ts'
import { closeAfter } from '../support/close-after.ts'
import { type PacedAnswer, type PacedProvider, pacedProvider } from '../support/paced-provider.ts'
import { type ReadingClient, readingClient } from '../support/reading-client.ts'
import { PRICES } from '../support/service.ts'
import { behindGateway, OUTPUT_NANO_USD, PLAIN, upstream } from '../support/upstream.ts'

/** What is not counted yet is taken by its bytes, of which this budget does not hold many. */
beforeAll(() => sharedTokenizer().count([' '], PLAIN), 60_000)

/** Pays for a thousand tokens of output, less the input. */
const LIMIT = 100_000_000

interface Place {
  readonly provider: PacedProvider
  readonly books: Assembly['books']
  readonly atRest: Assembly['atRest']
  /** What the first reservation was granted, nano-USD. */
  firstGrant(): number
  /** How often a reservation was extended. */
  extensions(): number
  /** From now on no reservation is extended. */
  breakBooks(): void
  /** Where the budget stands. */
  budget(): Promise<{ spent: number; reserved: number }>
  ask(extra?: object): Promise<Response>
}

interface PlaceOptions {
  readonly limitUsd?: string
  readonly period?: 'total' | 'hourly'
  readonly clock?: Clock
}

/** A gateway in `tight` mode before a provider that generates what a test tells it to. */
async function place({ limitUsd = '0.10', period = 'total', clock }: PlaceOptions = {}): Promise<Place> {
  const provider = pacedProvider()
  const books = memoryLedger(clock ? { clock } : {})
  let granted: number | undefined
  let extended = 0
  let broken = false
  const ledger: Ledger = {
    ...books,
    async reserve(command) {
      const result = await books.reserve(command)
      if (result.status === 'ok') granted ??= result.granted.usd
      return result
    },
    async extend(command) {
      if (broken) throw new Error('The books are away')
      extended += 1
      return books.extend(command)
    },
  }
  const gateway = await behindGateway(provider.answer, {
    ledger,
    budgets: [{ limit_usd: limitUsd, period }],
    reserve: { enforcement: 'tight', ...(clock ? { clock } : {}) },
  })
  return {
    provider,
    books: gateway.books,
    atRest: gateway.atRest,
    firstGrant: () => granted!,
    extensions: () => extended,
    breakBooks() {
      broken = true
    },
    async budget() {
      const [state] = await books.read(gateway.key.org, [gateway.key.account])
      return state!.budgets[0]!
    },
    ask: (extra = {}) =>
      gateway.post('/chat/completions', {
        model: PLAIN,
        stream: true,
        user: 'ada',
        max_tokens: 16_000,
        messages: [{ role: 'user', content: 'go on' }],
        ...extra,
      }),
  }
}

interface Running {
  readonly answer: PacedAnswer
  readonly client: ReadingClient
}

/** A call whose answer has begun, with a token. */
async function begun({ provider, ask }: Place): Promise<Running> {
  const client = readingClient(await ask())
  return { answer: provider.answerTo('ada'), client }
}

/** Generate a token (or a few) whenever the client has read all that there is, until it is cut or has so many. */
async function generateAsRead(
  { answer, client }: Running,
  { tokens = Number.POSITIVE_INFINITY, step = 1 } = {},
): Promise<void> {
  while (answer.generated < tokens && !client.ended) {
    await client.readTexts(answer.generated)
    answer.generate(Math.min(step, tokens - answer.generated))
  }
}

describe('a stream in tight mode', () => {
  it('is reserved as such answers usually are, and extended before it needs more', async () => {
    const at = await place()
    const { answer, client } = await begun(at)
    // A tenth of the limit, where the cap of the client alone is sixteen times all of it.
    expect(at.firstGrant()).toBeLessThan(LIMIT / 8)
    expect(answer.asked).toMatchObject({ max_tokens: 16_000 })
    await generateAsRead({ answer, client }, { tokens: 300 })
    expect((await at.books()).reserved).toBeGreaterThan(300 * OUTPUT_NANO_USD)
    expect(at.extensions()).toBeLessThan(20)
    answer.end()
    expect(await client.readAll()).toContain('data: [DONE]')
    await at.atRest()
    expect(client.texts()).toBe(300)
    expect(await at.books()).toMatchObject({ spent: at.provider.billed(), unconfirmed: 0 })
  })

  it('that the budget has no more for is cut, with an error and the end of its dialect, and upstream aborted', async () => {
    const at = await place()
    const { answer, client } = await begun(at)
    await generateAsRead({ answer, client })
    expect(await client.readAll()).toMatch(
      /data: \{"error":\{"message":"Tollgate: [^}]*"type":"insufficient_quota"[^}]*"code":"budget_exceeded"\}\}\n\ndata: \[DONE\]\n\n$/,
    )
    await expect.poll(() => answer.aborted).toBe(true)
    await at.atRest()
    const { spent, unconfirmed } = await at.books()
    expect(unconfirmed).toBe(0)
    expect(spent).toBeGreaterThanOrEqual(at.provider.billed())
    expect(spent).toBeLessThanOrEqual(LIMIT)
    expect(client.texts()).toBeGreaterThan(100)
  })

  it('that nothing is known of, because the books are away, is cut as well', async () => {
    const at = await place()
    const { answer, client } = await begun(at)
    at.breakBooks()
    await generateAsRead({ answer, client })
    expect(await client.readAll()).toContain('"code":"ledger_unavailable"')
    await expect.poll(() => answer.aborted).toBe(true)
    await at.atRest()
    const { spent } = await at.books()
    expect(spent).toBeGreaterThanOrEqual(at.provider.billed())
    expect(spent).toBeLessThanOrEqual(LIMIT / 8)
  })

  it('that outlives its window goes on in the next one, and is charged in both', async () => {
    const clock = fixedClock(Date.parse('2026-11-21T17:59:59Z'))
    const at = await place({ period: 'hourly', clock })
    const { answer, client } = await begun(at)
    await generateAsRead({ answer, client }, { tokens: 60 })
    const before = await at.budget()
    clock.advance(2_000)
    await generateAsRead({ answer, client }, { tokens: 700, step: 5 })
    answer.end()
    await client.readAll()
    await at.atRest()
    expect(client.texts()).toBe(700)
    expect((await at.books()).spent).toBe(at.provider.billed())
    const after = await at.budget()
    // What the first hour had reserved is charged there, and the rest in the second.
    expect(after.spent).toBe(at.provider.billed() - before.reserved)
    expect(after.spent).toBeGreaterThan(0)
  })

  it('of a model that hides what it thinks is reserved at its worst case', async () => {
    const at = await place()
    const refused = await at.ask({ model: 'o4-mini', max_tokens: undefined, max_completion_tokens: 30_000 })
    expect(refused.status).toBe(429)
    expect(at.provider.answers).toHaveLength(0)
  })
})

/** @see PAINS P4: LiteLLM #38647: agents with large caps fill a budget with reservations, and nothing is spent. */
describe('P4: many streams on one budget, each with a cap that is all of it', () => {
  it('spend at least 95 % of it, and never more, whoever is cut', async () => {
    const limit = 200_000_000
    const { ask, provider, atRest, books } = await place({ limitUsd: '0.20' })
    const ends = { whole: 0, cut: 0 }
    const caller = async (user: string): Promise<void> => {
      const response = await ask({ user })
      if (response.status !== 200) {
        const { error } = (await response.json()) as { error: { code: string } }
        return error.code === 'budget_exceeded' ? undefined : caller(user)
      }
      const running = { answer: provider.answerTo(user), client: readingClient(response) }
      await generateAsRead(running, { tokens: 50, step: 7 })
      running.answer.end()
      ends[(await running.client.readAll()).includes('"error"') ? 'cut' : 'whole'] += 1
      return caller(user)
    }
    await Promise.all(Array.from({ length: 6 }, (_, index) => caller(`caller ${index}`)))
    await atRest()
    const { spent, unconfirmed } = await books()
    expect(unconfirmed).toBe(0)
    expect(provider.billed()).toBeLessThanOrEqual(spent)
    expect(spent).toBeLessThanOrEqual(limit)
    expect(spent).toBeGreaterThanOrEqual(limit * 0.95)
    expect(ends.whole).toBeGreaterThan(ends.cut)
  })
})

describe('a governed fetch in tight mode', () => {
  it('extends what it reserved, and cuts a stream that there is no more for', async () => {
    const provider = pacedProvider()
    const ledger = memoryLedger()
    closeAfter(() => ledger.close())
    await ledger.provision('default', 'team:reports', [budgetFrom({ limit_usd: '0.10', period: 'total' })])
    const send = governedFetch({
      ledger,
      principal: { team: 'reports' },
      prices: priceBook({ overrides: { [PLAIN]: PRICES.flat } }),
      enforcement: 'tight',
    })
    const response = await send(`${await upstream(provider.answer)}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: PLAIN,
        stream: true,
        user: 'ada',
        messages: [{ role: 'user', content: 'go on' }],
      }),
    })
    const running = { answer: provider.answerTo('ada'), client: readingClient(response) }
    const held = async () => (await ledger.read('default', ['team:reports']))[0]!
    expect((await held()).reserved).toBeLessThan(LIMIT / 8)
    await generateAsRead(running, { step: 5 })
    expect(running.client.text).toMatch(/"code":"budget_exceeded"\}\}\n\ndata: \[DONE\]\n\n$/)
    await expect.poll(() => running.answer.aborted).toBe(true)
    const { spent, reserved } = await held()
    expect(reserved).toBe(0)
    expect(spent).toBeGreaterThanOrEqual(provider.billed())
    expect(spent).toBeLessThanOrEqual(LIMIT)
    expect(running.client.texts()).toBeGreaterThan(100)
  })
})
