import { errorBody } from '../core/error-body.ts'
import type { TollgateError } from '../core/errors.ts'
import { uuidv7 } from '../core/ids.ts'

/**
 * A refusal or fault as an event of a session, in the words of core's one writer.
 *
 * @param about The client's own id of the event that it answers.
 * @see https://platform.openai.com/docs/api-reference/realtime-server-events/error
 */
export function errorEvent(error: TollgateError, requestId: string, about?: string): string {
  const { error: told } = errorBody('openai', error, requestId) as { error: object }
  return JSON.stringify({
    type: 'error',
    event_id: `event_${uuidv7()}`,
    error: { ...told, event_id: about ?? null },
  })
}
