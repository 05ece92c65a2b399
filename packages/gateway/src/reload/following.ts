import { resolve } from 'node:path'
import { machineTimers } from '@tollgate/kit/core'
import type { ReloadOutcome } from '../admin/reload-metrics.ts'
import type { Config } from '../config/index.ts'
import { reconcile } from '../manage/reconcile.ts'
import { line } from '../say/config-lines.ts'
import { unsealed } from '../secrets/unsealed.ts'
import type { Service } from '../service.ts'
import type { Store } from '../store/store.ts'
import type { Generations } from './generations.ts'
import { type Reloader, reloader } from './reloader.ts'
import { watchFile } from './watch-file.ts'

export interface FollowingOptions {
  /** What the gateway runs from now, and how to say that it runs from another one. */
  readonly running: () => Config
  readonly run: (config: Config) => void
  /** Reads the config again; undefined: it never changes. */
  readonly read: (() => Config) | undefined
  readonly store: Store
  /** Gives everybody the budgets that a config says; resolves when callers may come by it. */
  readonly provision: (config: Config) => Promise<void>
  readonly serve: (config: Config) => Service
  readonly generations: Generations
  readonly output: (line: string) => void
  readonly onOutcome: (outcome: ReloadOutcome) => void
  readonly cwd: string
}

/** Follow the config of a gateway: when it is told to, and when the file changes. */
export function following(options: FollowingOptions): Reloader {
  const { running, read, output, onOutcome, cwd } = options
  const { file } = running()
  if (!read || file === undefined) return { reload: async () => 'unchanged', close: async () => {} }
  const { reload, close } = reloader({
    running,
    read,
    apply: (config) => apply(config, options),
    say: (text) => output(line('config', text)),
    warn,
    onOutcome,
  })
  const unwatch = watched(resolve(cwd, file), reload)
  return {
    reload,
    close() {
      unwatch()
      return close()
    },
  }
}

/**
 * Run from another config. The service is put together first, which finds what no schema can; then the directory and the
 * books say what the file says; and only then do callers see any of it. What fails on the way is repeated by the next look.
 */
async function apply(
  stated: Config,
  { run, store, provision, serve, generations }: FollowingOptions,
): Promise<readonly string[]> {
  const config = await unsealed(stated, store.masterKey)
  const service = serve(config)
  try {
    const { written, removed } = await reconcile(store.directory, config)
    await provision(config)
    store.restate(config)
    run(stated)
    generations.replace(service)
    await provisionLate(config, provision)
    return [...written, ...removed.map((name) => `${name} removed`)]
  } catch (error) {
    service.close()
    throw error
  }
}

/**
 * A key that was made while the others got their new budgets has those of the config before: it is given the new ones
 * now.
 */
async function provisionLate(config: Config, provision: FollowingOptions['provision']): Promise<void> {
  try {
    await provision(config)
  } catch (error) {
    warn(`what was made meanwhile has the budgets of the config before, until a restart: ${String(error)}`)
  }
}

/** A folder that cannot be watched is followed when it is told to be. */
function watched(path: string, reload: Reloader['reload']): () => void {
  try {
    return watchFile(path, () => void reload(), machineTimers)
  } catch (error) {
    warn(`changes of ${path} are not seen by themselves (${(error as Error).message}): send SIGHUP`)
    return () => {}
  }
}

function warn(text: string): void {
  process.emitWarning(text, { type: 'TollgateWarning', code: 'TOLLGATE_CONFIG' })
}
