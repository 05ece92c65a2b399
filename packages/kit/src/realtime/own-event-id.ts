import { uuidv7 } from '../core/ids.ts'

/**
 * An id for an event to the provider. A client may give one id to several of its events, and an error that names it could be
 * about any of them: what money depends on goes under an id of ours, and is told to the client under its own.
 */
export function ownEventId(): string {
  return `tollgate_${uuidv7()}`
}
