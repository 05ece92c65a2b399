import { z } from 'zod'
import type { AuditSink, Config, Listen, PublicListen, Store } from '../config.ts'
import { hint } from '../nearest.ts'
import { redisStore } from '../redis-address.ts'
import { adminTokens } from './admin-tokens.ts'
import { network } from './auth.ts'
import { choice, fields, leaf, text, Wrong } from './fields.ts'
import { name, port } from './leaves.ts'

export const DEFAULT_HOST = '127.0.0.1'
export const DEFAULT_PORT = 8787
export const DEFAULT_ADMIN_PORT = 8788

const tls: z.ZodType<PublicListen['tls']> = fields({
  cert: text(),
  key: text(),
  client_ca: text().optional(),
  clients: choice<'optional' | 'required'>({ optional: 'optional', required: 'required' }).default(
    'optional',
  ),
}).transform(({ client_ca: clientCa, ...rest }) => ({ ...rest, clientCa }))

export const listen: z.ZodType<PublicListen> = fields({
  host: name.default(DEFAULT_HOST),
  port: port.default(DEFAULT_PORT),
  tls: tls.optional(),
  trusted_proxies: z.array(network).default([]),
})
  .transform(({ trusted_proxies: trustedProxies, ...rest }) => ({ ...rest, trustedProxies }))
  .default({ host: DEFAULT_HOST, port: DEFAULT_PORT, trustedProxies: [] })

export const admin: z.ZodType<Config['admin']> = fields({
  listen: address(DEFAULT_ADMIN_PORT),
  token: text().optional(),
  tokens: adminTokens,
})
  .transform(({ listen, token, tokens }) => ({ listen, token, tokens }))
  .default({ listen: { host: DEFAULT_HOST, port: DEFAULT_ADMIN_PORT }, token: undefined, tokens: [] })

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

/** The stages there are, in the order that a request meets them. */
export const STAGES: readonly string[] = [
  'audit-log',
  'auth-virtual-key',
  'tier-check',
  'rate-limit',
  'owner-check',
  'semantic-cache',
  'budget-reserve',
  'usage-reconcile',
  'provider-proxy',
  'provider-failover',
]

const stage = leaf((value) => {
  if (STAGES.includes(value) || isModulePath(value)) return value
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
