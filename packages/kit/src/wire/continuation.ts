import { TollgateError } from '../core/errors.ts'
import { invalid } from './json.ts'
import type { Deployment } from './provider.ts'
import type { ReceivedCall } from './received-call.ts'
import type { Holdings } from './stored/holdings.ts'
import { speaks } from './translate-call.ts'

/**
 * A conversation that is stored at a provider belongs to the gateway's key, and not to whoever began it: an id that has got
 * about would let any caller read another's.
 *
 * @param holdings what of it is the caller's; undefined where nobody has looked.
 * @throws TollgateError `not_found` for what is not the caller's, as for what does not exist; `provider_unavailable` where
 * another key of the provider's has it; `invalid_request`, naming the field, where nobody can tell whose it is.
 */
export function refuseContinuation(
  call: ReceivedCall,
  deployment: Deployment,
  holdings: Holdings | undefined,
): void {
  const { continues } = call
  const { name, conversations = 'refuse' } = deployment.provider
  if (conversations === 'shared') return
  if (conversations === 'owned' && holdings) return refuseForeign(call, deployment, holdings)
  if (continues === undefined) return
  throw invalid(
    continues,
    `\`${continues}\` goes on with what ${name} has stored for everybody here, and whose it is cannot be told. Send the conversation itself in \`input\`.`,
  )
}

function refuseForeign(call: ReceivedCall, { provider, key }: Deployment, holdings: Holdings): void {
  const { named, kept, find } = holdings
  const asked = kept.size > 0 && !speaks(provider, call) ? named.filter((id) => !kept.has(id)) : named
  for (const id of asked) {
    const facts = find(provider.name, id)
    if (!facts) throw notFound()
    if (facts.key !== undefined && facts.key !== key) {
      throw new TollgateError('provider_unavailable', {
        message: 'What this request goes on with is at another key of its provider.',
      })
    }
  }
}

/** One answer for all that a caller does not have: what is somebody else's is not told from what never was. */
export function notFound(): TollgateError<'not_found'> {
  return new TollgateError('not_found', {
    message: 'What this request names is not stored here, or is no longer.',
  })
}
