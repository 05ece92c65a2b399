import type { SemanticStatus } from '@tollgate/kit/cache/semantic'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { semanticJson, semanticShape } from './resources/cache-semantic.ts'
import { semanticMetrics } from './semantic-metrics.ts'

const OFF_UNTIL_MS = Date.UTC(2026, 10, 22, 12)
const certificate = {
  delta: 0.02,
  aim: 0.02,
  audits: 150,
  wrong: 0,
  lower: 0,
  upper: 0.0198,
  confidence: 0.95,
}

const STATUS: SemanticStatus = {
  isReady: true,
  shadow: false,
  asked: 900,
  hits: 400,
  audits: 154,
  wrong: 2,
  shadowed: 0,
  misses: { unlike: 346 },
  vetoes: { negation: 7 },
  labels: { same: 300, different: 40, unsure: 3 },
  embeddingNanoUsd: 4_000,
  judgingNanoUsd: 9_000,
  groups: [
    { org: 'acme', account: 'project:faq', model: 'gpt-4o-mini', standing: 'certified', ...certificate },
    {
      ...certificate,
      org: 'acme',
      account: 'team:red',
      model: 'gpt-4o',
      standing: 'off',
      aim: 0.0025,
      audits: 4,
      wrong: 2,
      lower: 0.09,
      upper: 0.9,
      offUntilMs: OFF_UNTIL_MS,
    },
    {
      org: 'globex',
      account: 'org:globex',
      model: 'gpt-4o',
      standing: 'learning',
      ...certificate,
      audits: 0,
      upper: 1,
    },
    { org: '', account: '', model: 'gpt-4o', standing: 'learning', ...certificate, audits: 0, upper: 1 },
  ],
}
const semantic = { status: () => STATUS }

it('tells operators each group of their own org with its certificate, and those that everybody shares', () => {
  const told = semanticJson(semantic as never, 'acme')
  expect(semanticShape.parse(told)).toEqual(told)
  expect(told!.groups.map(({ account }) => account)).toEqual(['project:faq', 'team:red', ''])
  expect(told!.groups[0]).toEqual({
    ...certificate,
    account: 'project:faq',
    model: 'gpt-4o-mini',
    standing: 'certified',
    off_until: null,
  })
  expect(told!.groups[1]).toMatchObject({
    standing: 'off',
    aim: 0.0025,
    off_until: '2026-11-22T12:00:00.000Z',
  })
  expect(told).toMatchObject({
    embedding_usd: '0.000004000',
    judging_usd: '0.000009000',
    labels: { unsure: 3 },
  })
})

it('tells a scrape how many groups are certified, learning and off, and the greatest bound of those that were audited', async () => {
  const registry = new Registry()
  semanticMetrics(registry, semantic)
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines).toEqual([
    'tollgate_cache_semantic_groups{standing="learning"} 2',
    'tollgate_cache_semantic_groups{standing="certified"} 1',
    'tollgate_cache_semantic_groups{standing="off"} 1',
    'tollgate_cache_semantic_labels{judgement="same"} 300',
    'tollgate_cache_semantic_labels{judgement="different"} 40',
    'tollgate_cache_semantic_labels{judgement="unsure"} 3',
    'tollgate_cache_semantic_vetoes{kind="negation"} 7',
    'tollgate_cache_semantic_audits{outcome="made"} 154',
    'tollgate_cache_semantic_audits{outcome="wrong"} 2',
    'tollgate_cache_semantic_upper_bound 0.9',
    'tollgate_cache_semantic_overhead_usd{of="embedding"} 0.000004',
    'tollgate_cache_semantic_overhead_usd{of="judging"} 0.000009',
  ])
})
