import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { auditRecord } from '../../../../../test/support/audit-record.ts'
import type { AccountState } from '../../ledger/ledger.ts'
import { type SpendGroup, type SpendQuery, type SqliteAudit, sqliteAudit } from './index.ts'

const open: SqliteAudit[] = []

function audit(): SqliteAudit {
  const made = sqliteAudit(':memory:')
  open.push(made)
  return made
}

afterEach(async () => {
  for (const made of open.splice(0)) await made.close()
})

describe('spend', () => {
  const records = [
    auditRecord({ team: 'marketing', chargedNanoUsd: 5, cachedInputTokens: 3, audioOutputTokens: 4 }),
    auditRecord({ team: 'marketing', chargedNanoUsd: 7, basis: 'estimated', servedModel: 'gpt-4o' }),
    auditRecord({ team: 'search', chargedNanoUsd: 100, basis: 'unconfirmed', tags: { feature: 'rank' } }),
    auditRecord({ team: 'search', decision: 'budget_exceeded', servedModel: null, chargedNanoUsd: 0 }),
    auditRecord({ org: null, team: null, tags: null, decision: 'invalid_api_key', chargedNanoUsd: 0 }),
    auditRecord({ team: 'search', decision: 'undecided', ending: 'aborted', atMs: 5_000, chargedNanoUsd: 0 }),
  ]
  const filled = async () => {
    const sink = audit()
    await sink.write(records)
    return sink
  }

  it('is told as one sum', async () => {
    expect(await (await filled()).spendBy()).toEqual([
      {
        by: {},
        requests: 6,
        refused: 2,
        inputTokens: 123,
        outputTokens: 64,
        pieces: { images: 0, audioMs: 0, characters: 0, webSearches: 0, unitThousandths: {} },
        chargedNanoUsd: 112n,
        estimatedNanoUsd: 7n,
        unconfirmedNanoUsd: 100n,
      },
    ])
    expect(await audit().spendBy()).toMatchObject([{ requests: 0, chargedNanoUsd: 0n }])
  })

  it('is told by groups, the dearest first', async () => {
    const rows = await (await filled()).spendBy({ groupBy: ['team', 'model'] })
    expect(
      rows.map(({ by, requests, chargedNanoUsd }) => [by.team, by.model, requests, chargedNanoUsd]),
    ).toEqual([
      ['search', 'gpt-4o-mini', 3, 100n],
      ['marketing', 'gpt-4o', 1, 7n],
      ['marketing', 'gpt-4o-mini', 1, 5n],
      [null, 'gpt-4o-mini', 1, 0n],
    ])
    expect(await (await filled()).spendBy({ groupBy: ['team'], limit: 1 })).toHaveLength(1)
  })

  it('is told by a tag, whatever its name', async () => {
    const sink = await filled()
    const odd = `it's a."b" $[0]`
    await sink.write([auditRecord({ tags: { [odd]: 'yes' }, chargedNanoUsd: 1_000 })])
    const byFeature = await sink.spendBy({ groupBy: ['tag:feature'] })
    expect(byFeature.map(({ by, chargedNanoUsd }) => [by['tag:feature'], chargedNanoUsd])).toEqual([
      [null, 1_000n],
      ['rank', 100n],
      ['search', 12n],
    ])
    const [first] = await sink.spendBy({ groupBy: [`tag:${odd}`, 'tag:feature'] })
    expect(first?.by).toEqual({ [`tag:${odd}`]: 'yes', 'tag:feature': null })
  })

  it('is told in pieces, where no token stands for them, and units by their names', async () => {
    const sink = audit()
    await sink.write([
      auditRecord({ team: 'a', images: 2, webSearches: 1 }),
      auditRecord({ team: 'a', images: 1, audioMs: 7_250, characters: 5 }),
      auditRecord({ team: 'a', unit: 'minute', unitThousandths: 1_500 }),
      auditRecord({ team: 'a', unit: 'minute', unitThousandths: 1 }),
      auditRecord({ team: 'b', unit: 'minute', unitThousandths: 7 }),
      auditRecord({ team: 'b', unit: '__proto__', unitThousandths: 20_000 }),
      auditRecord({ team: null, unit: 'minute', unitThousandths: 9, atMs: 9_000 }),
    ])
    const piecesBy = async (query: SpendQuery) =>
      new Map((await sink.spendBy(query)).map(({ by, pieces }) => [by['tag:feature'] ?? by.team, pieces]))
    const none = { images: 0, audioMs: 0, characters: 0, webSearches: 0 }
    const byTeam = await piecesBy({ groupBy: ['team'], untilMs: 9_000 })
    expect(byTeam.get('a')).toEqual({
      images: 3,
      audioMs: 7_250,
      characters: 5,
      webSearches: 1,
      unitThousandths: { minute: 1_501 },
    })
    expect(Object.entries(byTeam.get('b')!.unitThousandths)).toEqual([
      ['__proto__', 20_000],
      ['minute', 7],
    ])
    expect((await piecesBy({ groupBy: ['team'] })).get(null)).toEqual({
      ...none,
      unitThousandths: { minute: 9 },
    })
    const [all] = (await piecesBy({ groupBy: ['tag:feature', 'org'] })).values()
    expect(all!.unitThousandths.minute).toBe(1_517)
  })

  it('is told of a span: from its first moment, and not its last', async () => {
    const sink = await filled()
    const count = async (sinceMs?: number, untilMs?: number) =>
      (await sink.spendBy({ ...(sinceMs && { sinceMs }), ...(untilMs && { untilMs }) }))[0]?.requests
    expect([await count(5_000), await count(5_001), await count(1, 5_000), await count(1, 1_000)]).toEqual([
      1, 0, 5, 0,
    ])
  })

  it('is not told by what there is not, and no name of a group is taken for SQL', async () => {
    const sink = audit()
    for (const group of ['teams', 'id; DROP TABLE audit', 'toString', '']) {
      await expect(sink.spendBy({ groupBy: [group as SpendGroup] })).rejects.toThrow(RangeError)
    }
  })

  it('is exact beyond what a number holds', async () => {
    const sink = audit()
    const charged = 2 ** 50 - 1
    await sink.write(Array.from({ length: 20 }, () => auditRecord({ chargedNanoUsd: charged })))
    expect((await sink.spendBy())[0]?.chargedNanoUsd).toBe(20n * BigInt(charged))
  })

  it('agrees with a sum by hand, for any records and groups', async () => {
    const name = fc.constantFrom('a', 'b', null)
    const fields = fc.record({
      team: name,
      user: name,
      provider: name,
      chargedNanoUsd: fc.integer({ min: 0, max: 2 ** 50 }),
    })
    const groups = fc.subarray<SpendGroup>(['team', 'user', 'provider'])
    await fc.assert(
      fc.asyncProperty(fc.array(fields, { maxLength: 30 }), groups, async (all, groupBy) => {
        const sink = sqliteAudit(':memory:')
        await sink.write(all.map(auditRecord))
        const byHand = new Map<string, bigint>()
        for (const each of all) {
          const group = JSON.stringify(groupBy.map((field) => each[field as 'team']))
          byHand.set(group, (byHand.get(group) ?? 0n) + BigInt(each.chargedNanoUsd))
        }
        if (groupBy.length === 0 && all.length === 0) byHand.set('[]', 0n)
        const rows = await sink.spendBy({ groupBy })
        expect(
          new Map(rows.map(({ by, chargedNanoUsd }) => [JSON.stringify(Object.values(by)), chargedNanoUsd])),
        ).toEqual(byHand)
        await sink.close()
      }),
      { numRuns: 50 },
    )
  })
})

it('what would have been refused is told by code and account', async () => {
  const sink = audit()
  const budget = { wouldRefuse: 'budget_exceeded', wouldRefuseAccount: 'team:marketing' } as const
  await sink.write([
    auditRecord({ ...budget, atMs: 10, chargedNanoUsd: 3 }),
    auditRecord({ ...budget, atMs: 20, chargedNanoUsd: 4 }),
    auditRecord({ wouldRefuse: 'model_not_allowed', wouldRefuseAccount: 'key:demo', atMs: 30 }),
    auditRecord(),
  ])
  expect(await sink.wouldRefuse({ untilMs: 30 })).toEqual([
    {
      code: 'budget_exceeded',
      account: 'team:marketing',
      requests: 2,
      chargedNanoUsd: 7n,
      firstAtMs: 10,
      lastAtMs: 20,
    },
  ])
  expect((await sink.wouldRefuse()).map(({ code }) => code)).toEqual(['budget_exceeded', 'model_not_allowed'])
})

const org = (id: string, spent: number): AccountState => ({
  org: id,
  account: `org:${id}`,
  spent,
  reserved: 0,
  unconfirmed: 0,
  budgets: [],
})

it('what no record explains is unattributed', async () => {
  const sink = audit()
  await sink.write([auditRecord({ chargedNanoUsd: 30 }), auditRecord({ org: 'other', chargedNanoUsd: 8 })])
  const team: AccountState = { ...org('', 50), account: 'team:marketing' }
  expect(await sink.unattributed([org('acme', 50), org('other', 5), org('new', 1), team])).toEqual([
    { org: 'acme', spentNanoUsd: 50n, recordedNanoUsd: 30n, unattributedNanoUsd: 20n },
    { org: 'other', spentNanoUsd: 5n, recordedNanoUsd: 8n, unattributedNanoUsd: -3n },
    { org: 'new', spentNanoUsd: 1n, recordedNanoUsd: 0n, unattributedNanoUsd: 1n },
  ])
})
