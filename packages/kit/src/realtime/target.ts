import type { IncomingMessage } from 'node:http'
import { TollgateError } from '../core/errors.ts'

/** Where sessions are: wherever an SDK puts the rest of its base URL. Azure's dated API has no version in its path. */
const REALTIME_PATH = /\/(?:v1|openai)\/realtime$/

/** The path that tiers know sessions by. */
export const SESSION_PATH = '/v1/realtime'

function urlOf(req: IncomingMessage): URL | undefined {
  try {
    return new URL(req.url ?? '/', 'ws://tollgate')
  } catch {
    return undefined
  }
}

/** Whether a request is for a session, whatever is said of it behind the path. */
export function isSession(req: IncomingMessage): boolean {
  return REALTIME_PATH.test(urlOf(req)?.pathname ?? '')
}

/**
 * The model that a session is asked for with.
 *
 * @throws TollgateError `invalid_request` when none is named, or more than one, or another kind of session is asked for.
 */
export function targetModel(req: IncomingMessage): string {
  const query = urlOf(req)?.searchParams ?? new URLSearchParams()
  const other = ['intent', 'call_id'].find((name) => query.has(name))
  if (other !== undefined) {
    throw new TollgateError('invalid_request', {
      param: other,
      message: 'Only sessions with a model are served here: ask for one by `?model=…`, and for nothing else.',
    })
  }
  // Azure's dated API names a deployment: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/realtime-audio-websockets
  const [model, ...others] = [...query.getAll('model'), ...query.getAll('deployment')]
  if (!model || others.length > 0) {
    throw new TollgateError('invalid_request', {
      param: 'model',
      message: 'A session names its model in the address, once: `/v1/realtime?model=…`.',
    })
  }
  return model
}
