import type { StageMeta } from '@tollgate/kit/core'

/** The mark that `defineStage` leaves on a stage; registered, so that a module's own copy of the kit sets the same. */
const STAGE = Symbol.for('tollgate.stage')

/** What a stage says of itself; undefined for a handler that is none. */
export function stageMeta(handler: unknown): StageMeta | undefined {
  return typeof handler === 'function' ? (handler as { [STAGE]?: StageMeta })[STAGE] : undefined
}
