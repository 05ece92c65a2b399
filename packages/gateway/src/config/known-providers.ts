import type { Config } from './config.ts'

/** A provider, and whom it is known as: the preset or the host whose ways it is taken to have. */
export interface KnownProvider {
  readonly name: string
  readonly dialect: string
  /** Undefined where only what is stated is known of it. */
  readonly preset: string | undefined
}

/** Everybody whom requests may go to, as they are known. */
export function knownProviders({
  providers,
  httpProviders,
}: Pick<Config, 'providers' | 'httpProviders'>): readonly KnownProvider[] {
  return [
    ...providers.map(({ name, dialect, preset }) => ({ name, dialect, preset })),
    ...httpProviders.map(({ name }) => ({ name, dialect: 'http', preset: undefined })),
  ]
}
