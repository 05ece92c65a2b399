import { nanoToUsd } from '@tollgate/kit/core'
import { z } from 'zod'
import type { Manage } from '../../manage/manage.ts'

const share = z.number().min(0).max(1)
const counts = z.record(z.string(), z.int())

const group = z.strictObject({
  account: z.string().describe('Below which its answers are shared; empty where everybody shares them.'),
  model: z.string(),
  standing: z
    .enum(['learning', 'certified', 'off'])
    .describe('Certified where the upper bound of wrong answers among hits is at most delta.'),
  delta: share.describe('The share of wrong answers among hits that is allowed.'),
  aim: share.describe('What is aimed at now: less than delta after an alarm.'),
  audits: z
    .int()
    .describe('Would-be hits that were asked of the provider and compared, since the last alarm or change.'),
  wrong: z.int().describe('Those of them whose answer was another one.'),
  lower: share,
  upper: share,
  confidence: share.describe('Of each bound, one-sided (Clopper–Pearson).'),
  off_until: z.iso.datetime().nullable(),
})

export const semanticShape = z.strictObject({
  shadow: z.boolean().describe('Whether it only decides and measures.'),
  asked: z.int(),
  hits: z.int(),
  audits: z.int(),
  wrong: z.int(),
  shadowed: z.int(),
  misses: counts,
  vetoes: counts,
  labels: counts,
  embedding_usd: z.string(),
  judging_usd: z.string(),
  groups: z.array(group),
})

/** What the semantic tier of this process says of itself, with the groups of one org. */
export function semanticJson(
  semantic: Manage['semantic'],
  org: string,
): z.input<typeof semanticShape> | null {
  if (!semantic) return null
  const { shadow, asked, hits, audits, wrong, shadowed, ...rest } = semantic.status()
  return {
    shadow,
    asked,
    hits,
    audits,
    wrong,
    shadowed,
    misses: { ...rest.misses },
    vetoes: { ...rest.vetoes },
    labels: { ...rest.labels },
    embedding_usd: nanoToUsd(rest.embeddingNanoUsd),
    judging_usd: nanoToUsd(rest.judgingNanoUsd),
    groups: rest.groups
      .filter((one) => one.org === org || one.org === '')
      .map(({ org: _, offUntilMs, ...certificate }) => ({
        ...certificate,
        off_until: offUntilMs === undefined ? null : new Date(offUntilMs).toISOString(),
      })),
  }
}
