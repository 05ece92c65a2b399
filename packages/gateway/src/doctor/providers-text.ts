import { type Config, knownProviders } from '../config/index.ts'

/**
 * Whom a gateway would call, and whose ways each is taken to have: a preset that nobody meant is seen here.
 *
 * @param load reads all of the config, of whose variables some may be set for the gateway alone.
 */
export function providersText(load: () => Config): string {
  try {
    const config = load()
    const named = knownProviders(config).map(
      ({ name, dialect, preset }) =>
        `${name} (${preset === undefined ? `dialect ${dialect}` : `preset ${preset}`})`,
    )
    const left = config.disabledProviders.map(({ name }) => `${name} (left out)`)
    const all = [...named, ...left].join(', ')
    return all === '' ? 'none: the simulated one' : all
  } catch {
    return 'not all of the config can be read from here: tollgate config check says why'
  }
}
