import type { RequestListener } from 'node:http'
import type { Clock } from '@tollgate/kit/core'
import { providers } from './admin/providers.ts'
import type { Config } from './config/index.ts'
import type { GatewayAnswers } from './gateway-answers.ts'
import type { GatewayRecords } from './gateway-records.ts'
import { type ChosenBy, type Listener, listen, stopListening } from './listen.ts'
import type { Opened } from './opened.ts'
import { operatorsApp } from './operators-app.ts'
import type { Generations } from './reload/generations.ts'
import type { Store } from './store/store.ts'
import { followTls } from './tls-files.ts'

/** Where a gateway is reached. */
export interface GatewayDoors {
  readonly callers: Listener
  readonly operators: Listener
}

export interface GatewayDoorsOptions {
  /** The config as it is now. */
  readonly running: () => Config
  readonly store: Store
  readonly answers: Pick<GatewayAnswers, 'cache' | 'semantic' | 'health'>
  readonly records: Pick<GatewayRecords, 'views'>
  readonly services: Generations
  /** What operators are known by. */
  readonly token: string
  readonly fetch: typeof globalThis.fetch
  readonly output: (line: string) => void
  readonly clock: Clock
}

const CHOSEN_BY: ChosenBy = { host: '--host or listen.host', port: '--port or listen.port' }
const ADMIN_CHOSEN_BY: ChosenBy = { host: 'admin.listen.host', port: '--admin-port or admin.listen.port' }

/**
 * Listen for operators, then for callers; `everything` closes the operators' door, and a drain that of the callers.
 *
 * @throws Error in one sentence when one of the addresses cannot be listened on.
 */
export async function gatewayDoors(
  config: Config,
  everything: Opened,
  { running, store, answers, records, services, token, fetch, output, clock }: GatewayDoorsOptions,
): Promise<GatewayDoors> {
  const { cache, semantic, health } = answers
  const routes = () => services.now().routes
  const app = await operatorsApp({
    config: running,
    store,
    cache,
    semantic,
    token,
    readyz: services.operatorReadyz,
    views: { ...records.views, providers: providers({ config: running, routes, health, clock }) },
    fetch,
    clock,
  })
  everything.add(() => app.close())
  const operators = await listen(app.app as RequestListener, config.admin.listen, ADMIN_CHOSEN_BY)
  everything.add(() => stopListening(operators))
  const callers = await listen(services.listener, config.listen, CHOSEN_BY, services.upgrade)
  const { tls } = config.listen
  if (tls && callers.tlsServer) everything.add(followTls(callers.tlsServer, tls, { output }))
  return { callers, operators }
}
