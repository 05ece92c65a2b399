import { z } from 'zod'
import type { AlertRule } from '../config.ts'
import { choice, complain, fields, text, Wrong } from './fields.ts'
import { threshold } from './leaves.ts'

const address = text((value) => {
  const url = URL.parse(value)
  return url && /^https?:$/.test(url.protocol)
    ? undefined
    : new Wrong(() => 'must be an http or https address')
})

const SECRET_MIN_LENGTH = 16
const MOST_PERCENTAGES = 10

const secret = text((value) =>
  value.length < SECRET_MIN_LENGTH
    ? new Wrong(() => `must have at least ${SECRET_MIN_LENGTH} characters`)
    : undefined,
)

const rule: z.ZodType<AlertRule> = fields({
  at: z.array(threshold).min(1).default([80, 100]),
  to: address,
  format: choice({ slack: 'slack', generic: 'generic' } as const).optional(),
  secret: secret.optional(),
}).transform(({ at, to, format, secret }) => ({
  at,
  to,
  secret,
  format: format ?? (URL.parse(to)?.host === 'hooks.slack.com' ? 'slack' : 'generic'),
}))

/** Who is told of what; all of their percentages are asked of the books at once. */
export const alerts: z.ZodType<readonly AlertRule[]> = z
  .array(rule)
  .transform((rules, context) => {
    const all = new Set(rules.flatMap(({ at }) => at))
    return all.size > MOST_PERCENTAGES
      ? complain(context, () => `has ${all.size} percentages: at most ${MOST_PERCENTAGES} different ones`)
      : rules
  })
  .default([])
