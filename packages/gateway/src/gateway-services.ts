import type { Clock } from '@tollgate/kit/core'
import type { Config } from './config/index.ts'
import type { GatewayAnswers } from './gateway-answers.ts'
import type { GatewayBooks } from './gateway-books.ts'
import type { GatewayOutside } from './gateway-outside.ts'
import type { GatewayRecords } from './gateway-records.ts'
import type { Opened } from './opened.ts'
import { providersOf } from './pipeline/providers.ts'
import type { Traffic } from './pipeline/traffic.ts'
import { following } from './reload/following.ts'
import { type Generations, generations } from './reload/generations.ts'
import type { Reloader } from './reload/reloader.ts'
import { serveWith } from './reload/serve.ts'

/** What callers are served by, and what puts another in its place when the config's file changes. */
export interface GatewayServices {
  readonly services: Generations
  readonly reloader: Reloader
}

export interface GatewayServicesOptions {
  /** The config as it is now, and how to say that it is another one. */
  readonly running: () => Config
  readonly run: (config: Config) => void
  readonly books: GatewayBooks
  readonly answers: GatewayAnswers
  readonly records: GatewayRecords
  readonly outside: GatewayOutside
  readonly traffic: Traffic
  /** Aborted when calls that run are waited for no longer. */
  readonly stop: AbortSignal
  /** Reads the config again; undefined: it never changes. */
  readonly reload: (() => Config) | undefined
  readonly output: (line: string) => void
  readonly cwd: string
  readonly clock: Clock
}

/** Put together what callers are served by, and follow the config; `everything` closes both. */
export function gatewayServices(everything: Opened, options: GatewayServicesOptions): GatewayServices {
  const { running, run, books, answers, records, outside, traffic, stop, reload, output, cwd, clock } =
    options
  const { config, store, checks, provision } = books
  const { simulation, ...shared } = answers
  const serve = serveWith({
    ...shared,
    limits: store.limits,
    onRunaway: records.onRunaway,
    dispatcher: outside.dispatcher,
    audit: records.audit,
    stop,
    clock,
    store,
    checks,
    traffic,
    providersOf: (config) => (simulation ? [simulation.provider] : providersOf(config)),
  })
  const services = generations(serve(config))
  everything.add(() => services.close())
  const reloader = following({
    running,
    run,
    read: reload,
    store,
    provision,
    serve,
    generations: services,
    output,
    onOutcome: records.onReload,
    cwd,
  })
  everything.add(() => reloader.close())
  return { services, reloader }
}
