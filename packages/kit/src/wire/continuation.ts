import type { Call } from './call.ts'
import { invalid } from './json.ts'
import type { Provider } from './provider.ts'

/**
 * A conversation that is stored at a provider belongs to the gateway's key, and not to whoever began it: an id that has got
 * about would let any caller read another's.
 *
 * @throws TollgateError `invalid_request`, naming the field, where the provider's callers are not one tenant.
 */
export function refuseContinuation({ continues }: Call, { name, conversations = 'refuse' }: Provider): void {
  if (continues === undefined || conversations === 'shared') return
  throw invalid(
    continues,
    `\`${continues}\` goes on with what ${name} has stored for everybody here, and whose it is cannot be told. Send the conversation itself in \`input\`.`,
  )
}
