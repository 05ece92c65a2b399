import type { Provider } from '@tollgate/kit/wire'
import type { Config } from '../config/index.ts'
import { type Service, type ServiceOptions, service } from '../service.ts'
import { watchedDirectory } from '../store/watched-directory.ts'

/** What outlasts a config: the books, the records and the connections that every service of this gateway uses. */
export interface Shared extends Omit<ServiceOptions, 'config' | 'providers'> {
  readonly providersOf: (config: Config) => readonly Provider[]
}

/**
 * Puts a service together for a config. Closing the service ends its watch of the directory, which stays open for the
 * others.
 */
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
