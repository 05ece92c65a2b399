import type { Config, HttpProvider, Provider, Store } from './config.ts'
import { hiding } from './hidden.ts'

/** A copy of a config that never shows its secrets where it, or a part of it, is printed. */
export function hidingSecrets(config: Config): Config {
  const { providers, httpProviders, keys, alerts, store, admin } = config
  const covered: Config = {
    ...config,
    providers: providers.map(ofProvider),
    httpProviders: httpProviders.map(ofApi),
    keys: keys.map((key) => hiding(key, 'secret')),
    alerts: alerts.map((alert) => hiding(alert, 'to', 'secret')),
    store: ofStore(store),
    admin: hiding(admin, 'token'),
  }
  return hiding(covered, 'masterKey', 'sealKeys')
}

function ofProvider(provider: Provider): Provider {
  const { host } = provider
  const covered = host?.kind === 'bedrock' ? { ...provider, host: hiding(host, 'credentials') } : provider
  return hiding(covered, 'apiKey', 'apiKeys')
}

function ofApi(provider: HttpProvider): HttpProvider {
  return provider.auth ? { ...provider, auth: hiding(provider.auth, 'value') } : provider
}

function ofStore(store: Store): Store {
  return store.kind === 'redis' ? hiding(store, 'target') : store
}
