import type { RecordCache } from '@tollgate/kit/access'
import { addressSet, type Clock } from '@tollgate/kit/core'
import type { Directory } from '@tollgate/kit/directory'
import {
  type AddressOf,
  type Authenticate,
  type Authenticator,
  attributed,
  authenticatorChain,
  certificateAuthenticator,
  clientAddress,
  failureThrottle,
  jwtAuthenticator,
} from '@tollgate/kit/identity'
import { virtualKeyAuthenticator } from '@tollgate/kit/stages/auth-virtual-key'
import type { Config, CredentialKind } from '../config/index.ts'
import { isOwnAnswer, projectRules } from './projects.ts'

export interface CallersOptions {
  readonly config: Config
  readonly directory: Directory
  readonly masterKey: Buffer
  /** The directory's records, from memory. */
  readonly records: Pick<RecordCache, 'one'>
  /** How issuers are asked for their keys. */
  readonly fetch: typeof fetch
  readonly clock: Clock
}

interface ChainOptions extends CallersOptions {
  readonly addressOf: AddressOf
}

/** How a gateway tells who calls: the same for requests and for sessions. */
export function callersOf(given: CallersOptions): Authenticate {
  const { config, clock } = given
  const addressOf = clientAddress(addressSet(config.listen.trustedProxies ?? []))
  const options = { ...given, addressOf }
  const chain = config.auth.order.flatMap((kind) => AUTHENTICATORS[kind](options) ?? [])
  const throttle = failureThrottle({ ...config.auth.throttle, addressOf, clock })
  return attributed(authenticatorChain(chain, { throttle }), {
    projects: projectRules(config, given.records),
    tagSources: config.tagSources,
    isFree: isOwnAnswer,
  })
}

/** Each kind, where the config says what it goes by. */
const AUTHENTICATORS: Readonly<Record<CredentialKind, (options: ChainOptions) => Authenticator | undefined>> =
  {
    certificates({ config: { auth, org }, clock }) {
      if (!auth.certificates) return undefined
      const { callers, ...forwarded } = auth.certificates
      return certificateAuthenticator({
        callers: callers.map((caller) => ({ ...caller, org })),
        forwarded,
        clock,
      })
    },

    jwt: ({ config, ...asking }) => issuersAuthenticator(config, asking),

    keys: ({ directory, masterKey, addressOf, clock }) =>
      virtualKeyAuthenticator({ directory, masterKey, addressOf, clock }),
  }

/** Who people are by the tokens of the config's issuers; undefined where it names none. */
export function issuersAuthenticator(
  { auth, org }: Pick<Config, 'auth' | 'org'>,
  { fetch, clock }: Pick<CallersOptions, 'fetch' | 'clock'>,
): Authenticator | undefined {
  if (auth.issuers.length === 0) return undefined
  const issuers = auth.issuers.map((issuer) => ({
    ...issuer,
    principal: { ...(issuer.principal ?? { user: { claim: 'sub' } }), org: { value: org } },
  }))
  return jwtAuthenticator({ issuers, fetch, clock })
}
