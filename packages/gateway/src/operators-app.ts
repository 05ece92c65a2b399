import type { CacheStore } from '@tollgate/kit/cache'
import { addressSet, type Clock, type Middleware, type Stage, systemClock } from '@tollgate/kit/core'
import { keyHasher } from '@tollgate/kit/directory'
import { authenticatorChain, clientAddress, failureThrottle } from '@tollgate/kit/identity'
import type { Express } from 'express'
import { adminApp } from './admin/admin-app.ts'
import { type IdempotencyMemory, processIdempotency } from './admin/idempotency.ts'
import { operatorsOf } from './admin/operators.ts'
import type { View } from './admin/route.ts'
import type { Config } from './config/index.ts'
import type { Manage } from './manage/manage.ts'
import { issuersAuthenticator } from './pipeline/callers.ts'
import type { Store } from './store/store.ts'

export interface OperatorsAppOptions {
  /** As it is now: the file may be read anew. */
  readonly config: () => Config
  readonly store: Pick<Store, 'directory' | 'ledger' | 'masterKey'>
  /** Where answers are kept; absent where none are. */
  readonly cache?: CacheStore | undefined
  readonly semantic?: Manage['semantic']
  readonly token: string
  readonly readyz: Middleware
  readonly views: Readonly<Record<View, Stage>>
  /** How issuers are asked for their keys. */
  readonly fetch: typeof fetch
  readonly clock?: Clock
}

export interface OperatorsApp {
  readonly app: Express
  close(): Promise<void>
}

/** The admin listener's app, on the store and the config of a gateway. */
export async function operatorsApp({
  config,
  store,
  cache,
  semantic,
  token,
  readyz,
  views,
  fetch,
  clock = systemClock,
}: OperatorsAppOptions): Promise<OperatorsApp> {
  const started = config()
  const { org, admin, auth } = started
  const { directory, ledger, masterKey } = store
  const hasher = keyHasher(masterKey)
  const manage: Manage = { org, directory, ledger, cache, semantic, hasher: () => hasher, config, clock }
  // Behind a proxy, who guesses is not everybody.
  const addressOf = clientAddress(addressSet(started.listen.trustedProxies ?? []))
  const throttle = failureThrottle({ ...auth.throttle, addressOf, clock })
  const issuers = issuersAuthenticator(started, { fetch, clock })
  const people = issuers && authenticatorChain([issuers], { throttle })
  const { records } = directory
  const operatorOf = operatorsOf({ org, token, tokens: admin.tokens, people, records, throttle })
  const { idempotency, close } = await idempotencyOf(started, clock)
  return { app: adminApp({ operatorOf, readyz, views, manage, idempotency }), close }
}

interface Closable {
  readonly idempotency: IdempotencyMemory
  close(): Promise<void>
}

/** A fleet remembers together; a gateway on a file is alone. */
async function idempotencyOf({ store, org }: Config, clock: Clock): Promise<Closable> {
  if (store.kind === 'sqlite') return { idempotency: processIdempotency({ clock }), close: async () => {} }
  const { redisIdempotency } = await import('./admin/redis-idempotency.ts')
  const idempotency = redisIdempotency(store, org)
  return { idempotency, close: () => idempotency.close() }
}
