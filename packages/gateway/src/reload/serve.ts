import type { Provider } from '@tollgate/kit/wire'
import type { Config } from '../config/index.ts'
import { type Service, type ServiceOptions, service } from '../service.ts'
import { watchedDirectory } from '../store/watched-directory.ts'

/** What the services of all configs share that a gateway comes to run from: its books, its records, its connections. */
export interface Shared extends Omit<ServiceOptions, 'config' | 'providers'> {
  readonly providersOf: (config: Config) => readonly Provider[]
}

/** Puts a service together for a config; closed, it looks at the directory no longer, which stays open for others. */
export function serveWith({ providersOf, store, ...shared }: Shared): (config: Config) => Service {
  return (config) => {
    const { directory, unwatch } = watchedDirectory(store.directory)
    const providers = providersOf(config)
    const made = service({ ...shared, config, store: { ...store, directory }, providers })
    return {
      ...made,
      close() {
        made.close()
        unwatch()
      },
    }
  }
}
