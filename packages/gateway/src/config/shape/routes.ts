import { modelPattern } from '@tollgate/kit/stages/tier-check'
import { z } from 'zod'
import { isMapping } from '../../mapping.ts'
import type { RouteRules } from '../config.ts'
import { choice, complain, fields, leaf, Wrong } from './fields.ts'
import { percent, weight } from './leaves.ts'

/** Where models may go. */
export interface StatedRoutes {
  /** By the name that clients ask for, or a pattern over names. */
  readonly named: Readonly<Record<string, StatedRoute>>
  readonly passthrough: boolean
}

export interface StatedRoute {
  readonly targets: readonly StatedTarget[]
  readonly rules: RouteRules
}

/** `provider/model`, and how much it weighs beside the others. */
export interface StatedTarget {
  readonly to: string
  readonly weight: number
}

const name = leaf((value) =>
  /^[^/\s]+\/\S+$/.test(value)
    ? value
    : new Wrong((shown) => `${shown} must be a provider and its model, such as "openai/gpt-4o"`),
)

const shortTarget: z.ZodType<StatedTarget> = name.transform((to) => ({ to, weight: 1 }))
const target = oneOf((value) =>
  isMapping(value) ? fields({ to: name, weight: weight.default(1) }) : shortTarget,
)

const targets: z.ZodType<readonly StatedTarget[]> = z.array(target).min(1)

const rescue = choice({
  context_window: 'context_window',
  content_filter: 'content_filter',
  model_not_found: 'model_not_found',
} as const)

const route: z.ZodType<StatedRoute> = fields({
  targets,
  order: choice({
    'in-order': 'in-order',
    weight: 'weight',
    'least-latency': 'least-latency',
    'least-cost': 'least-cost',
  } as const).optional(),
  sticky: choice({ key: 'key', user: 'user', prefix: 'prefix' } as const).optional(),
  downgrade: fields({
    above: percent.optional(),
    when_short: choice({ true: true, false: false }).default(false),
  }).optional(),
  rescues: z.array(rescue).optional(),
}).transform(({ targets, order, sticky, downgrade, rescues }) => ({
  targets,
  rules: {
    ...(order && { order }),
    ...(sticky && { sticky }),
    ...(rescues && { rescues }),
    ...(downgrade && {
      downgrade: {
        whenShort: downgrade.when_short,
        ...(downgrade.above !== undefined && { abovePercent: downgrade.above }),
      },
    }),
  },
}))

const list: z.ZodType<StatedRoute> = targets.transform((targets) => ({ targets, rules: {} }))

/** A list of targets, or a mapping with the rules that it goes by. */
const anyRoute = oneOf((value) => (isMapping(value) ? route : list))

export const routes: z.ZodType<StatedRoutes> = z
  .object({ '*': choice({ passthrough: true }).optional() })
  .catchall(anyRoute)
  .transform(({ '*': passthrough = false, ...named }, context) => {
    for (const pattern of Object.keys(named).filter((name) => name.includes('*'))) {
      if (!isPattern(pattern)) complain(context, () => 'is no pattern of model names', [pattern])
    }
    return { passthrough, named: named as Readonly<Record<string, StatedRoute>> }
  })

/** One of several shapes, by what is there; what is wrong is said of that one. */
function oneOf<T>(shapeOf: (value: unknown) => z.ZodType<T>): z.ZodType<T> {
  return z.unknown().transform((value, context) => {
    const result = shapeOf(value).safeParse(value, { reportInput: true })
    if (result.success) return result.data
    for (const { message, ...issue } of result.error.issues) {
      // What a mapping does not know it says itself; everything else is put into words where all of the file is known.
      const said = issue.code === 'unrecognized_keys' ? { message } : {}
      context.issues.push({ ...issue, ...said } as z.core.$ZodRawIssue)
    }
    return z.NEVER
  })
}

function isPattern(text: string): boolean {
  try {
    modelPattern(text)
    return true
  } catch {
    return false
  }
}
