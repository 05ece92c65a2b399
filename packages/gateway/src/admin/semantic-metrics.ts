import type { SemanticTier } from '@tollgate/kit/cache/semantic'
import { NANO_PER_USD } from '@tollgate/kit/core'
import { Gauge, type Registry } from 'prom-client'

const STANDINGS = ['learning', 'certified', 'off'] as const

/**
 * What the semantic tier of this process has learnt, and what its audits say: read at a scrape. Sums over all groups, since
 * there may be hundreds of them; the admin API has each.
 */
export function semanticMetrics(
  registry: Registry,
  semantic: Pick<SemanticTier, 'status'> | undefined,
): void {
  if (!semantic) return
  const gauge = (name: string, help: string, labelNames: readonly string[], read: (gauge: Gauge) => void) =>
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [registry],
      collect() {
        this.reset()
        read(this)
      },
    })
  const counted = (name: string, help: string, label: string, read: () => Readonly<Record<string, number>>) =>
    gauge(name, help, [label], (gauge) => {
      for (const [word, count] of Object.entries(read())) gauge.set({ [label]: word }, count)
    })

  counted(
    'tollgate_cache_semantic_groups',
    'Groups of entries that learn together, by standing.',
    'standing',
    () => {
      const { groups } = semantic.status()
      return Object.fromEntries(
        STANDINGS.map((standing) => [standing, groups.filter((one) => one.standing === standing).length]),
      )
    },
  )
  counted(
    'tollgate_cache_semantic_labels',
    'Pairs of answers that were judged.',
    'judgement',
    () => semantic.status().labels,
  )
  counted(
    'tollgate_cache_semantic_vetoes',
    'Neighbours that a guard refused, by what differs.',
    'kind',
    () => ({
      ...semantic.status().vetoes,
    }),
  )
  counted(
    'tollgate_cache_semantic_audits',
    'Would-be hits asked of the provider, by what came out.',
    'outcome',
    () => {
      const { audits, wrong } = semantic.status()
      return { made: audits, wrong }
    },
  )
  gauge(
    'tollgate_cache_semantic_upper_bound',
    'The greatest upper bound of wrong answers among hits, of groups that have been audited.',
    [],
    (gauge) => {
      const audited = semantic.status().groups.filter(({ audits }) => audits > 0)
      gauge.set(Math.max(0, ...audited.map(({ upper }) => upper)))
    },
  )
  counted(
    'tollgate_cache_semantic_overhead_usd',
    'What embedding and judging have cost, in USD.',
    'of',
    () => {
      const { embeddingNanoUsd, judgingNanoUsd } = semantic.status()
      return { embedding: embeddingNanoUsd / NANO_PER_USD, judging: judgingNanoUsd / NANO_PER_USD }
    },
  )
}
