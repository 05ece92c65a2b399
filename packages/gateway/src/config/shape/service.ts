import { z } from 'zod'
import type { AuditSink, Config, Listen, Store } from '../config.ts'
import { hint } from '../nearest.ts'
import { redisStore } from '../redis-address.ts'
import { choice, fields, leaf, text, Wrong } from './fields.ts'
import { duration, name, port } from './leaves.ts'

export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_PORT = 8787
export const DEFAULT_ADMIN_PORT = 8788

export const listen: z.ZodType<Listen> = address(DEFAULT_PORT)

export const admin: z.ZodType<Config['admin']> = fields({
  listen: address(DEFAULT_ADMIN_PORT),
  token: text().optional(),
})
  .transform(({ listen, token }) => ({ listen, token }))
  .default({ listen: { host: DEFAULT_HOST, port: DEFAULT_ADMIN_PORT }, token: undefined })

function address(defaultPort: number): z.ZodType<Listen> {
  const absent = { host: DEFAULT_HOST, port: defaultPort }
  return fields({ host: name.default(absent.host), port: port.default(absent.port) }).default(absent)
}

export const store: z.ZodType<Store> = leaf((value): Store | Wrong => {
  if (/^rediss?\b/.test(value)) {
    const redis = redisStore(value)
    return typeof redis === 'string' ? new Wrong(() => redis) : redis
  }
  const path = /^sqlite:(?!\/\/)(.+)$/.exec(value)?.[1]
  if (path === undefined)
    return new Wrong(
      (shown) => `${shown} is no store: write sqlite:./data/tollgate.db or redis://host:6379/0`,
    )
  if (path === ':memory:') return new Wrong(() => 'must be a file: books in memory are lost at every restart')
  return { kind: 'sqlite', path }
}).default({ kind: 'sqlite', path: './data/tollgate.db' })

const AUDIT = 'use ndjson until then'

export const audit: z.ZodType<readonly AuditSink[]> = z
  .array(
    fields({
      type: choice<'ndjson'>(
        { ndjson: 'ndjson' },
        { postgres: AUDIT, clickhouse: AUDIT, webhook: AUDIT, kafka: AUDIT },
      ),
      path: text(),
    }),
  )
  .default([])

/** The answer cache is off until it is there. */
export const cache: z.ZodType<unknown> = fields({
  mode: choice({ off: 'off' }, { exact: 'write off until then', semantic: 'write off until then' }),
  ttl: duration('30d').optional(),
  scope: name.optional(),
}).optional()

/** The stages there are, in the order that a request meets them. */
export const STAGES: readonly string[] = [
  'audit-log',
  'auth-virtual-key',
  'tier-check',
  'rate-limit',
  'budget-reserve',
  'usage-reconcile',
  'provider-proxy',
  'provider-failover',
]

const LATER_STAGES: readonly string[] = ['semantic-cache']

const stage = leaf((value) => {
  if (STAGES.includes(value) || isModulePath(value)) return value
  if (LATER_STAGES.includes(value))
    return new Wrong((shown) => `${shown} is not there yet: leave it out until then`)
  return new Wrong(
    (shown) =>
      `${shown} is not a stage: ${hint(value, STAGES, JSON.stringify)} A module of your own is named by its path, ./my-stage.js`,
  )
})

export const pipeline: z.ZodType<readonly string[]> = z
  .array(stage)
  .min(1)
  .default([...STAGES])

/** Whether an entry of the pipeline names a module rather than a stage. */
export function isModulePath(entry: string): boolean {
  return /^\.{0,2}\//.test(entry)
}
