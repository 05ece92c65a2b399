import { TollgateError } from '../../core/errors.ts'

/** There is nothing to call a provider with: another one may do, and an operator is told why. */
export function noCredentials(provider: string, cause: unknown): TollgateError {
  return new TollgateError('provider_unavailable', {
    message: `${provider} cannot be called: this gateway has no credentials for it now. Ask your administrator.`,
    internal: `No credentials for ${provider}: ${String(cause)}`,
    cause,
  })
}
