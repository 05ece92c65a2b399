import { gatewayEmbedder, guardedEmbedder } from '@tollgate/kit/cache/vectors'
import { type BudgetEntry, budgetFrom, type Ledger } from '@tollgate/kit/ledger'
import {
  type Behaviour,
  memoryLedger,
  resetBeforeHead,
  serverError,
  simulatedProvider,
} from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'

const PROVIDER_KEY = 'sk-of-the-gateway'
const DAILY: readonly BudgetEntry[] = [{ limit_usd: '5.00', period: 'daily' }]
const principal = { org: 'default', team: 'support', tags: { feature: 'faq' } }
const signal = () => AbortSignal.timeout(20_000)

interface GatewayOptions {
  readonly budgets?: readonly BudgetEntry[]
  readonly fetch?: typeof globalThis.fetch
}

async function gateway({ budgets = DAILY, fetch = globalThis.fetch }: GatewayOptions = {}) {
  const provider = await simulatedProvider({ apiKey: PROVIDER_KEY })
  closeAfter(() => provider.close())
  const ledger = memoryLedger()
  closeAfter(() => ledger.close())
  await ledger.provision(
    'default',
    'team:support',
    budgets.map((budget) => budgetFrom(budget)),
  )
  const embedder = gatewayEmbedder({
    ledger,
    fetch,
    baseUrl: provider.url,
    apiKey: PROVIDER_KEY,
    dimensions: 64,
  })
  const books = async () => {
    const { spent, reserved, unconfirmed } = (await ledger.read('default', ['team:support']))[0]!
    return { spent, reserved, unconfirmed }
  }
  return { provider, ledger, embedder, books }
}

describe('an embedding through the gateway', () => {
  it('is charged to its caller for what the provider counts, and says so', async () => {
    const { provider, embedder, books } = await gateway()
    const made = await embedder.embed(['How do I reset my password?', 'Hello'], {
      signal: signal(),
      principal,
    })
    const { nanoUsd } = provider.totals()
    expect(nanoUsd).toBeGreaterThan(0)
    expect(made!.costNanoUsd).toBe(nanoUsd)
    expect(await books()).toEqual({ spent: nanoUsd, reserved: 0, unconfirmed: 0 })
    expect(made!.vectors.map((vector) => vector.length)).toEqual([64, 64])
    expect(embedder).toMatchObject({ id: 'openai/text-embedding-3-small/64///', dimensions: 64 })
  })

  it('stands in the books as overhead of the cache, beside the caller’s own tags', async () => {
    const { ledger, provider } = await gateway()
    const tags: unknown[] = []
    const watched: Ledger = new Proxy(ledger, {
      get(target, name) {
        const member = Reflect.get(target, name)
        if (name !== 'reserve') return typeof member === 'function' ? member.bind(target) : member
        return (request: Parameters<Ledger['reserve']>[0]) => {
          tags.push(request.memo?.tags)
          return target.reserve(request)
        }
      },
    })
    const embedder = gatewayEmbedder({ ledger: watched, baseUrl: provider.url, apiKey: PROVIDER_KEY })
    await embedder.embed(['Hello'], { signal: signal(), principal })
    expect(tags).toEqual([{ feature: 'faq', cache_overhead: 'embedding' }])
  })

  it('that the budget has nothing for is not sent, and is no failure', async () => {
    const { provider, embedder, books } = await gateway({ budgets: [{ limit_usd: '0', period: 'daily' }] })
    const calls: string[] = []
    const guarded = guardedEmbedder(embedder, { onCall: ({ outcome }) => calls.push(outcome) })
    for (const text of ['1', '2', '3', '4', '5', '6', '7']) {
      const embedding = await guarded.embed(text, { scope: 's', principal, deadlineMs: 20_000 })
      expect(embedding).toEqual({ status: 'missed', why: 'denied' })
    }
    expect(calls).toEqual(Array(7).fill('denied'))
    expect(provider.requests).toEqual([])
    expect(await books()).toEqual({ spent: 0, reserved: 0, unconfirmed: 0 })
  })

  it.each<[string, Behaviour]>([
    ['answers with an error', serverError],
    ['hangs up', resetBeforeHead],
  ])('of a provider that %s throws, and holds nothing', async (_, behaviour) => {
    const { provider, embedder, books } = await gateway()
    provider.next(behaviour)
    await expect(embedder.embed(['Hello'], { signal: signal(), principal })).rejects.toThrow()
    await expect.poll(async () => (await books()).reserved).toBe(0)
  })

  it('whose answer has no vectors says what it has cost all the same', async () => {
    const { provider, embedder, books } = await gateway({
      async fetch(input, init) {
        const said = (await (await globalThis.fetch(input, init)).json()) as object
        return Response.json({ ...said, data: [] })
      },
    })
    const { nanoUsd } = provider.totals()
    const guarded = guardedEmbedder(embedder)
    const embedding = await guarded.embed('Hello', { scope: 's', principal, deadlineMs: 20_000 })
    expect(embedding).toEqual({ status: 'missed', why: 'failed' })
    expect(provider.totals().nanoUsd).toBeGreaterThan(nanoUsd)
    expect(guarded.claim('s')).toBe(provider.totals().nanoUsd)
    expect((await books()).spent).toBe(provider.totals().nanoUsd)
  })

  it('that is lost on its way says what it was charged', async () => {
    const { provider, embedder, books } = await gateway({
      async fetch(input, init) {
        await globalThis.fetch(input, init)
        throw new Error('the connection is gone')
      },
    })
    const guarded = guardedEmbedder(embedder)
    await guarded.embed('Hello', { scope: 's', principal, deadlineMs: 20_000 })
    const { spent } = await books()
    expect(spent).toBeGreaterThanOrEqual(provider.totals().nanoUsd)
    expect(guarded.claim('s')).toBe(spent)
  })

  it('has somebody who pays', async () => {
    const { embedder, provider } = await gateway()
    await expect(embedder.embed(['Hello'], { signal: signal() })).rejects.toThrow(RangeError)
    expect(provider.requests).toEqual([])
  })
})
