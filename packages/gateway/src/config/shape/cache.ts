import type { CachePolicy } from '@tollgate/kit/stages/semantic-cache'
import { z } from 'zod'
import type { CacheRules } from '../cache-rules.ts'
import { choice, complain, fields } from './fields.ts'
import { duration, limitUsd, megabytes } from './leaves.ts'
import { pattern } from './rates.ts'
import { delta, embedder, judge } from './semantic-cache.ts'

const yesOrNo = choice({ true: true, false: false })

/** What a tier or a model may state of its own. */
const policyFields = {
  mode: choice({ off: 'off', exact: 'exact', semantic: 'semantic' } as const).optional(),
  ttl: duration('30d').optional(),
  scope: choice({
    key: 'key',
    user: 'user',
    project: 'project',
    team: 'team',
    org: 'org',
    global: 'global',
  } as const).optional(),
  public_content: yesOrNo.optional(),
  sampling: choice({ steady: 'steady', any: 'any' } as const).optional(),
  tool_calls: yesOrNo.optional(),
  delta: delta.optional(),
}

type StatedPolicy = z.output<z.ZodObject<typeof policyFields>>

const policy: z.ZodType<Partial<CachePolicy>> = fields(policyFields).transform(readPolicy)

const USUAL_DELTA = 0.02

const NONE: CacheRules = {
  policy: { mode: 'off' },
  semantic: undefined,
  tiers: {},
  models: [],
  hitPriceUsd: '0',
  quota: {},
}

export const cache: z.ZodType<CacheRules> = fields({
  ...policyFields,
  tiers: z.record(z.string(), policy).default({}),
  models: z.record(z.string(), policy).default({}),
  shadow: yesOrNo.optional(),
  embedder: embedder.optional(),
  judge: judge.optional(),
  hit_usd: limitUsd.default(NONE.hitPriceUsd),
  max_mb: megabytes.optional(),
  max_scope_mb: megabytes.optional(),
})
  .transform((stated, context): CacheRules => {
    const { tiers, models, hit_usd, max_mb, max_scope_mb, shadow = false, embedder, judge, ...own } = stated
    for (const model of Object.keys(models)) {
      if (!pattern.safeParse(model).success)
        complain(context, () => 'is not a pattern of model names', ['models', model])
    }
    const rules = [own, ...Object.values(tiers), ...Object.values(models)]
    if (!embedder && rules.some(({ mode }) => mode === 'semantic'))
      complain(context, () => 'is missing: mode: semantic needs something that tells how alike texts are', [
        'embedder',
      ])
    return {
      policy: { mode: 'off', ...readPolicy(own, context) },
      semantic: embedder && { delta: own.delta ?? USUAL_DELTA, shadow, embedder, judge },
      tiers,
      models: Object.entries(models).map(([model, policy]) => ({ model, policy })),
      hitPriceUsd: hit_usd,
      quota: {
        ...(max_mb !== undefined && { maxBytes: max_mb * MEGABYTE }),
        ...(max_scope_mb !== undefined && { maxScopeBytes: max_scope_mb * MEGABYTE }),
      },
    }
  })
  .default(NONE)

const MEGABYTE = 1024 * 1024

function readPolicy(
  { mode, ttl, scope, public_content, sampling, tool_calls, delta }: StatedPolicy,
  context: z.core.$RefinementCtx,
): Partial<CachePolicy> {
  if (scope === 'global' && !public_content)
    complain(
      context,
      () => 'must not be global without public_content: true beside it: every org would see these answers',
      ['scope'],
    )
  return {
    ...(mode && { mode }),
    ...(ttl !== undefined && { ttlMs: ttl }),
    ...(scope && { share: scope }),
    ...(public_content !== undefined && { publicContent: public_content }),
    ...(sampling && { sampling }),
    ...(tool_calls !== undefined && { toolCalls: tool_calls }),
    ...(delta !== undefined && { delta }),
  }
}
