import type { WebSocket } from 'ws'
import type { TollgateError } from '../core/errors.ts'
import type { Timers } from '../core/timers.ts'

/** How a session is closed: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
export interface Closing {
  readonly code: number
  readonly reason: string
}

/** The client has left. */
export const GONE: Closing = { code: 1000, reason: '' }
export const STOPPING: Closing = { code: 1001, reason: 'this gateway is stopping' }
export const TOO_LONG: Closing = { code: 1008, reason: 'session_expired' }

/** Refusals after which there is nothing more to be had in this session. Others are about one response. */
const FINAL: ReadonlySet<string> = new Set([
  'budget_exceeded',
  'invalid_api_key',
  'model_not_allowed',
  'endpoint_not_allowed',
])

export function isFinalRefusal({ code }: TollgateError): boolean {
  return FINAL.has(code)
}

/** How a refusal closes the session. */
export function refused({ code }: TollgateError): Closing {
  return { code: 1008, reason: code }
}

/** How a fault closes it. */
export function faulty({ code }: TollgateError): Closing {
  return { code: 1011, reason: code }
}

/** What one side has closed with, for the other; a code that nobody may send is told as what it was about. */
export function passedOn(code: number, reason: Buffer): Closing {
  const sendable =
    (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1011) || (code >= 3000 && code <= 4999)
  return sendable ? { code, reason: reason.toString('utf8') } : { code: 1011, reason: 'provider_error' }
}

/** How long a side that is told of the end may take to say that it has heard it, ms. */
const CLOSING_MS = 2_000

/** Tell both sides of the end; whoever does not answer is hung up on. Resolves when both have gone. */
export async function closeSides(
  sides: readonly WebSocket[],
  { code, reason }: Closing,
  timers: Timers,
): Promise<void> {
  const gone = Promise.all(sides.map(goneOf))
  const hangUp = timers.setTimeout(() => {
    for (const side of sides) side.terminate()
  }, CLOSING_MS)
  for (const side of sides) {
    side.resume()
    side.close(code, reason)
  }
  await gone
  timers.clearTimeout(hangUp)
}

function goneOf(side: WebSocket): Promise<void> | undefined {
  if (side.readyState === side.CLOSED) return undefined
  return new Promise((resolve) => side.once('close', () => resolve()))
}
