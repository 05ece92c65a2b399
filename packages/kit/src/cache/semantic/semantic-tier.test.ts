import { beforeEach, describe, expect, it } from 'vitest'
import { nanoUsd } from '../../core/money.ts'
import type { AccountId } from '../../ledger/ledger.ts'
import { formatAt } from '../../wire/formats.ts'
import { parseCall } from '../../wire/receive.ts'
import type { CacheEntry } from '../entry.ts'
import { memoryLessons } from '../memory/memory-lessons.ts'
import { paidFailure } from '../paid-failure.ts'
import type { SemanticCall, SemanticFinding } from '../semantic-lookup.ts'
import { guardedEmbedder } from '../vectors/embedders/guarded-embedder.ts'
import { hashEmbedder } from '../vectors/embedders/hash-embedder.ts'
import type { Judge } from './labels/judge.ts'
import { type SemanticTier, type SemanticTierOptions, semanticTier } from './semantic-tier.ts'

const ADA = { org: 'acme', user: 'ada' }
const BOB = { org: 'acme', user: 'bob' }
const PROJECT: readonly AccountId[] = ['org:acme', 'project:faq']
const HOUR_MS = 3_600_000

/** Questions with one meaning are answered alike, in as many words as there are ways to ask. */
const judge: Judge = async ({ freshAnswer, keptAnswer }) => ({
  judgement: freshAnswer.split(':')[0] === keptAnswer.split(':')[0] ? 'same' : 'different',
  costNanoUsd: nanoUsd(10),
})

interface Ask {
  readonly by?: typeof ADA
  readonly accounts?: readonly AccountId[]
  readonly meaning?: string
  readonly delta?: number
  readonly partition?: string
  /** Whether the provider's answer is one that is kept. */
  readonly isKept?: boolean
}

let entries: Map<string, CacheEntry>
let nowMs: number
let drawn: number

beforeEach(() => {
  entries = new Map()
  nowMs = Date.UTC(2026, 10, 21)
  drawn = 0.999
})

function tierOf(options: Partial<SemanticTierOptions> = {}): SemanticTier {
  const embedder = guardedEmbedder(hashEmbedder())
  return semanticTier({ embedder, judge, random: () => drawn, clock: { now: () => nowMs }, ...options })
}

let asks = 0

/** Ask, and let a provider answer what is not served: `reset` means the same however it is asked for. */
async function ask(
  tier: SemanticTier,
  text: string,
  { by = ADA, accounts = PROJECT, meaning = 'reset', delta = 0.02, partition = 'p', isKept = true }: Ask = {},
): Promise<SemanticFinding> {
  asks += 1
  const body = { model: 'm', messages: [{ role: 'user', content: text }] }
  const id = `${accounts.at(-1)} ${text}`
  const asked: SemanticCall = {
    partition,
    text,
    delta,
    principal: by,
    askedBy: by.user,
    notBeforeMs: 0,
    place: { id, scope: { org: 'acme', accounts }, model: 'm', tags: [] },
    received: parseCall(
      Buffer.from(JSON.stringify(body)),
      '/v1/chat/completions',
      formatAt('/v1/chat/completions'),
    )!,
    entry: async (wanted) => entries.get(wanted),
  }
  const finding = await tier.find(asked)
  if (finding.found !== 'hit') {
    const fresh = entryOf(
      asked,
      `${meaning}: in other words each time, so that they have to be read, ${asks}`,
    )
    if (isKept) entries.set(id, fresh)
    tier.answered(asked, finding, isKept ? fresh : undefined)
    await tier.idle()
  }
  return finding
}

function entryOf({ place, askedBy }: SemanticCall, said: string): CacheEntry {
  return {
    ...place,
    askedBy,
    version: String(asks),
    provider: 'openai',
    costNanoUsd: nanoUsd(1_000_000),
    createdAtMs: nowMs,
    expiresAtMs: nowMs + HOUR_MS,
    answer: {
      id: 'a',
      model: 'm',
      createdAtSec: 0,
      usage: undefined,
      choices: [{ parts: [{ type: 'text', text: said }], finish: { reason: 'stop' } }],
    },
  }
}

/** A hundred ways to ask one thing. */
const WAYS = [
  'please',
  'kindly',
  'quickly',
  'safely',
  'properly',
  'entirely',
  'simply',
  'myself',
  'anyway',
  'somehow',
]
const question = (at: number) =>
  `How can I ${WAYS[at % 10]} reset the forgotten password of my account ${WAYS[Math.floor(at / 10) % 10]}${'?'.repeat(1 + at / 100)}`

/** Enough labels for the group to know that alike questions mean the same. */
async function taught(tier: SemanticTier, options: Ask = {}): Promise<void> {
  for (let at = 0; at < 120; at += 1) await ask(tier, question(at), { by: at % 2 ? ADA : BOB, ...options })
}

describe('what embedding costs', () => {
  const PRICE = 40
  /** One that is paid for, and as good as the usual one. */
  function paid() {
    const embedder = hashEmbedder()
    let calls = 0
    const priced = {
      ...embedder,
      async embed(...call: Parameters<typeof embedder.embed>) {
        calls += 1
        return { ...(await embedder.embed(...call))!, costNanoUsd: nanoUsd(PRICE) }
      },
    }
    return { embedder: guardedEmbedder(priced), spent: () => calls * PRICE }
  }

  it('is in the findings to the last nano-dollar, also what was made after the answer', async () => {
    const { embedder, spent } = paid()
    const tier = tierOf({ embedder })
    let told = 0
    for (let at = 0; at < 10; at += 1) told += (await ask(tier, question(at))).costNanoUsd ?? 0
    const { embeddingNanoUsd, judgingNanoUsd } = tier.status()
    expect(embeddingNanoUsd).toBe(10 * PRICE)
    expect(embeddingNanoUsd).toBe(spent())
    expect(judgingNanoUsd).toBeGreaterThan(0)
    // What the last answer has cost to judge is for whoever asks next.
    const { costNanoUsd = 0 } = await ask(tier, 'What is the weather in Paris today?')
    expect(told + costNanoUsd).toBe(embeddingNanoUsd + judgingNanoUsd)
  })

  it('and judging do, is counted though it was for nothing', async () => {
    const failing: Judge = () => Promise.reject(paidFailure(new Error('no word in it'), nanoUsd(10)))
    const tier = tierOf({ judge: failing })
    await ask(tier, question(0))
    await ask(tier, question(1), { by: BOB })
    expect(tier.status()).toMatchObject({ judgingNanoUsd: 10, labels: { unsure: 1 } })
    expect((await ask(tier, question(2))).costNanoUsd).toBe(10)
  })

  it('is told to those who share answers with whoever paid for it, and to nobody else', async () => {
    const { embedder } = paid()
    const tier = tierOf({ embedder })
    await ask(tier, question(0))
    const others = await ask(tier, question(1), { accounts: ['org:acme', 'project:other'], partition: 'q' })
    expect(others.costNanoUsd).toBe(0)
    // The first was embedded after its answer; this one is.
    expect((await ask(tier, question(2))).costNanoUsd).toBe(2 * PRICE)
  })
})

describe('the semantic tier', () => {
  it('serves nothing at first, and what it has learnt to be right later', async () => {
    const tier = tierOf()
    const first = await ask(tier, question(0))
    expect(first).toMatchObject({ found: 'miss', why: 'empty' })
    expect(await ask(tier, question(1), { by: BOB })).toMatchObject({ found: 'miss', why: 'unlike' })
    await taught(tier)
    const found = await ask(tier, question(7))
    expect(found).toMatchObject({ found: 'hit', confidence: expect.any(Number) })
    expect(found.found === 'hit' && found.confidence).toBeGreaterThanOrEqual(0.98)
    expect(tier.status().labels.same).toBeGreaterThan(50)
  })

  it('never serves what a guard vetoes, however sure it is', async () => {
    const tier = tierOf()
    await taught(tier)
    for (const text of [
      'How can I please reset the forgotten 2 passwords of my account please?',
      'How can I please not reset the forgotten password of my account please?',
      'How can I please keep the forgotten password of my account always please? How can I never reset it?',
    ])
      expect((await ask(tier, text, { meaning: 'other' })).found, text).not.toBe('hit')
    expect(tier.status().vetoes).toMatchObject({ number: expect.any(Number), negation: expect.any(Number) })
  })

  it('never finds across partitions', async () => {
    const tier = tierOf()
    await taught(tier)
    expect(await ask(tier, question(7), { partition: 'q' })).toMatchObject({ found: 'miss', why: 'empty' })
  })

  it('never serves what only one caller has had answered to another, unless nobody else can have put it there', async () => {
    const shared = tierOf()
    await taught(shared, { by: ADA })
    expect((await ask(shared, question(7), { by: ADA })).found).toBe('hit')
    expect((await ask(shared, question(8), { by: BOB })).found).toBe('miss')
    expect((await ask(shared, question(9), { by: BOB })).found).toBe('hit')
  })

  it('never serves what its store has lost, and forgets it', async () => {
    const tier = tierOf()
    await taught(tier)
    entries.clear()
    expect((await ask(tier, question(7))).found).toBe('miss')
    expect(await ask(tier, question(8))).toMatchObject({ found: 'miss' })
  })

  it('serves to a caller that accepts fewer wrong answers only what is surer', async () => {
    const tier = tierOf()
    await taught(tier)
    expect((await ask(tier, question(7), { delta: 0.000_001 })).found).toBe('miss')
  })

  it('asks the provider of some that it would serve, and certifies what it finds', async () => {
    const tier = tierOf({ delta: 0.05 })
    await taught(tier)
    drawn = 0
    for (let at = 0; at < 100; at += 1) expect((await ask(tier, question(100 + at))).found).not.toBe('hit')
    const [group] = tier.status().groups
    expect(group).toMatchObject({ standing: 'certified', wrong: 0, delta: 0.05, account: 'project:faq' })
    expect(group!.upper).toBeLessThanOrEqual(0.05)
  })

  it('stops believing what the audit finds wrong', async () => {
    const tier = tierOf()
    await taught(tier)
    drawn = 0
    for (let at = 0; at < 12; at += 1) await ask(tier, question(200 + at), { meaning: 'changed' })
    expect(tier.status().groups[0]!.aim).toBeLessThan(0.02)
    expect(tier.status().wrong).toBeGreaterThan(0)
  })

  it('asks the provider of everything while its audits are judged by nobody', async () => {
    let isAway = false
    const tier = tierOf({ judge: (...args) => (isAway ? Promise.reject(new Error('away')) : judge(...args)) })
    await taught(tier)
    isAway = true
    drawn = 0.19
    const { audits } = tier.status()
    for (let at = 0; tier.status().audits < audits + 20; at += 1) await ask(tier, question(100 + at))
    drawn = 0.999
    expect((await ask(tier, question(7))).found).toBe('audit')
  })

  it('counts audits whose answer is not kept as audits that nobody could judge', async () => {
    const tier = tierOf()
    await taught(tier)
    drawn = 0.19
    const { audits, groups, labels } = structuredClone(tier.status())
    for (let at = 0; tier.status().audits < audits + 20; at += 1)
      await ask(tier, question(100 + at), { isKept: false })
    expect(tier.status().labels.unsure).toBe(labels.unsure + 20)
    expect(tier.status().groups[0]!.audits).toBe(groups[0]!.audits)
    drawn = 0.999
    expect((await ask(tier, question(7))).found).toBe('audit')
  })

  it('knows nothing good of an answer that has come in the place of another', async () => {
    const tier = tierOf()
    await taught(tier)
    const found = await ask(tier, question(7), { by: BOB })
    const served = found.found === 'hit' ? found.entry : undefined
    expect(served).toBeDefined()
    // Somebody had it asked anew (`no-cache`), and what came is another answer, which nobody has vouched for.
    for (const [id, entry] of entries) entries.set(id, { ...entry, version: 'another', askedBy: 'mallory' })
    expect((await ask(tier, question(8), { by: BOB })).found).toBe('miss')
  })

  it('serves nothing before it knows what was known', async () => {
    const lessons = memoryLessons()
    let isAway = true
    const tier = tierOf({
      lessons: {
        ...lessons,
        load: (book) => (isAway ? Promise.reject(new Error('away')) : lessons.load(book)),
      },
    })
    expect(tier.status().isReady).toBe(false)
    expect(await ask(tier, question(0))).toMatchObject({ found: 'miss', why: 'not_ready' })
    isAway = false
    await tier.idle()
    expect(tier.status().isReady).toBe(true)
    await taught(tier)
    expect((await ask(tier, question(7))).found).toBe('hit')
    await tier.close()
  })

  it('serves nothing in shadow mode, and audits everything', async () => {
    const tier = tierOf({ shadow: true })
    await taught(tier)
    expect(await ask(tier, question(7))).toMatchObject({ found: 'miss', why: 'shadow' })
    const { shadowed, groups } = tier.status()
    expect(shadowed).toBeGreaterThan(10)
    expect(groups[0]!.audits).toBe(shadowed)
  })

  it('does not serve again what somebody says is wrong', async () => {
    const tier = tierOf()
    await taught(tier)
    const found = await ask(tier, question(7))
    const id = found.found === 'hit' ? found.entry.id : ''
    expect(await tier.reject(id)).toBe(true)
    expect(await tier.reject(id)).toBe(false)
    const again = await ask(tier, question(7))
    expect(again.found === 'hit' ? again.entry.id : 'another').not.toBe(id)
  })

  it('is a miss when the embedder fails or the call is not eligible', async () => {
    const broken = guardedEmbedder({ ...hashEmbedder(), embed: () => Promise.reject(new Error('away')) })
    const tier = tierOf({ embedder: broken })
    expect(await ask(tier, question(1))).toMatchObject({ found: 'miss', why: 'empty' })
    expect(await ask(tierOf(), 'What is the weather in Paris today?')).toMatchObject({ why: 'timely' })
  })

  it('refuses a rate that promises nothing', () => {
    for (const delta of [0, -1, 0.3, Number.NaN]) expect(() => tierOf({ delta })).toThrow(RangeError)
  })
})
