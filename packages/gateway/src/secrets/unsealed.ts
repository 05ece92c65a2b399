import { type Config, type HttpProvider, hidingSecrets, type Provider } from '../config/index.ts'
import { withTexts } from '../keep/kept-texts.ts'
import { keyring, type Opened } from './keyring.ts'
import { sealedKeys } from './sealed-keys.ts'

/**
 * A config with the keys of its providers that are kept sealed. One whose key is not there, or does not open, is disabled as
 * one without a key is, with a warning: the others are served.
 *
 * @param masterKey what opens keys that were sealed before `seal_keys` were stated, or without any.
 */
export async function unsealed(config: Config, masterKey: Buffer): Promise<Config> {
  const { providers, httpProviders, org, sealKeys } = config
  if (![...providers, ...httpProviders].some(({ sealed }) => sealed)) return config
  const ring = keyring([...sealKeys, masterKey])
  const opened = await withTexts(config, (texts) => sealedKeys(texts, ring, org).open())
  return hidingSecrets(withKeys(config, opened))
}

function withKeys(config: Config, opened: ReadonlyMap<string, Opened>): Config {
  const textOf = ({ name }: { readonly name: string }) => {
    const key = opened.get(name)
    return key?.status === 'open' ? key.text : undefined
  }
  const isWhole = (provider: Provider | HttpProvider) => !provider.sealed || textOf(provider) !== undefined
  const keyless = [...config.providers, ...config.httpProviders]
    .filter((provider) => !isWhole(provider))
    .map(({ name }) => ({ name, because: reasonOf(name, opened.get(name)) }))
  const names = new Set(keyless.map(({ name }) => name))
  const routes = config.routes.map((route) => ({
    ...route,
    targets: route.targets.filter(({ provider }) => !names.has(provider)),
  }))
  return {
    ...config,
    providers: config.providers
      .filter(isWhole)
      .map((provider) => (provider.sealed ? { ...provider, apiKey: textOf(provider) } : provider)),
    httpProviders: config.httpProviders
      .filter(isWhole)
      .map((provider) =>
        provider.sealed && provider.auth
          ? { ...provider, auth: { ...provider.auth, value: textOf(provider)! } }
          : provider,
      ),
    disabledProviders: [...config.disabledProviders, ...keyless],
    routes,
    warnings: [
      ...config.warnings,
      ...keyless.map(({ name, because }) => `provider ${name} is disabled: ${because}`),
    ],
  }
}

function reasonOf(name: string, opened: Opened | undefined): string {
  switch (opened?.status) {
    case 'unknown_key':
      return `its key was sealed with a key that is not among seal_keys: state that too, or set it again with \`tollgate providers set-key ${name}\``
    case 'tampered':
      return `its sealed key has been changed, or is another provider's: \`tollgate providers set-key ${name}\``
    default:
      return `its key is not kept here yet: \`tollgate providers set-key ${name}\``
  }
}
