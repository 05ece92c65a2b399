import { peekContext } from '../../core/context.ts'
import { decodeAll } from '../../core/decode.ts'
import type { RefusedAnswer } from '../../failover/classify.ts'
import { isReturned } from '../../wire/headers.ts'
import type { Deployment } from '../../wire/routes.ts'
import { errorTranslator } from '../../wire/translate-answer.ts'
import type { Outgoing } from './outgoing.ts'
import type { Trip } from './trip.ts'

/** A provider's own answer about the request itself, which the client gets if nobody has a better one. */
export interface Refusal {
  readonly deployment: Deployment
  readonly outgoing: Outgoing
  readonly refused: RefusedAnswer
}

/** Give the client the provider's own answer about its request: as it came, or in the client's dialect. */
export async function giveRefusal(trip: Trip, { deployment, outgoing, refused }: Refusal): Promise<void> {
  const { req, res, made } = trip
  const { status, headers, dialect } = refused
  const body = await plainBody(refused)
  if (res.closed) return
  const at = made.findLastIndex(
    ({ provider, model, status: had }) =>
      provider === deployment.provider.name && model === deployment.model && had === status,
  )
  const { reason: _, ...kept } = made[at]!
  made[at] = { ...kept, outcome: 'answered' }
  res.statusCode = status
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined && isReturned(dialect, name)) res.setHeader(name, value)
  }
  res.setHeader('x-tollgate-provider', deployment.provider.name)
  res.setHeader('x-tollgate-model', deployment.model)
  res.setHeader('x-tollgate-attempts', made.filter(({ outcome }) => outcome !== 'skipped').length)
  if (!outgoing.translated) {
    res.end(body)
    return
  }
  const translator = errorTranslator(outgoing.translated, status, peekContext(req)!.id)
  res.setHeader('content-type', translator.contentType)
  translator.push(body)
  res.end(translator.end())
}

/** Of an error's body, bytes: more is no error that anybody reads. */
const MAX_DECODED_BYTES = 4 * 1024 * 1024

async function plainBody({ body, headers }: RefusedAnswer): Promise<Buffer> {
  const encoding = headers['content-encoding']?.trim().toLowerCase()
  if (encoding === undefined || encoding === 'identity') return body
  return decodeAll(body, encoding, MAX_DECODED_BYTES).catch(() => Buffer.alloc(0))
}
