import { type AccessDesk, HANDOVER_MS, type KeptGrant } from '@tollgate/kit/access'
import type { Clock, Timers } from '@tollgate/kit/core'
import type { Directory } from '@tollgate/kit/directory'
import type { GrantEnd } from '../alerts/alert.ts'

export interface KeepGrantsOptions {
  readonly org: string
  readonly desk: Pick<AccessDesk, 'mend' | 'grants'>
  readonly directory: Pick<Directory, 'watch'>
  /**
   * Told of grants that are about to end, and of grants that have ended. It may be told of the same one twice: after it
   * has failed, and after a restart.
   */
  readonly onEnd: (end: GrantEnd) => void | Promise<void>
  /** Told when the directory or the books do not answer: it is tried again. */
  readonly onFault: (error: unknown) => void
  readonly clock: Clock
  readonly timers: Timers
}

/** However quiet it is, what others have left half done is looked for this often. */
const LOOK_MS = 60_000
/** The first gateway that starts tells of what has ended in so long before, ms, while none ran. */
const MISSED_MS = 3_600_000
/** A grant is told of before its end: for a tenth of its time, and a day at the most. */
const NOTICE_PART = 10
const NOTICE_MS = 86_400_000

/**
 * See to it that what was approved is in the books: at the start, when a grant changes, and when one of several gives way
 * to those that last longer. A grant ends in the books by itself, so nothing here has to be in time for it. Every process
 * of a fleet does this: to write the same twice changes nothing.
 *
 * @returns ends it.
 */
export async function keepGrants({
  org,
  desk,
  directory,
  onEnd,
  onFault,
  clock,
  timers,
}: KeepGrantsOptions): Promise<() => Promise<void>> {
  let closed = false
  let lookedMs = clock.now() - MISSED_MS
  let timer: unknown
  let looking: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    timers.clearTimeout(timer)
    if (closed) return
    let waitMs = LOOK_MS
    try {
      await desk.mend(org)
      const grants = await desk.grants(org)
      const nowMs = clock.now()
      for (const end of endsBetween(grants, lookedMs, nowMs)) await onEnd(end)
      lookedMs = nowMs
      waitMs = Math.min(LOOK_MS, nextMs(grants, nowMs) - nowMs)
    } catch (error) {
      onFault(error)
    }
    if (!closed) timer = timers.setTimeout(again, Math.max(1, waitMs))
  }

  /** One look at a time; what changes meanwhile is looked at after it. */
  function again(): void {
    looking = looking.then(look)
  }

  again()
  await looking
  const unwatch = directory.watch((changed) => {
    if (!changed || changed.kind === 'grant') again()
  })
  return async () => {
    closed = true
    unwatch()
    timers.clearTimeout(timer)
    await looking
  }
}

/** It is tried again: nobody has more meanwhile than they have been given, and somebody may have less. */
export function grantsUnkept(error: unknown): void {
  process.emitWarning(`Grants could not be written into the books: ${String(error)}. It is tried again.`, {
    type: 'TollgateWarning',
    code: 'TOLLGATE_GRANTS',
  })
}

function noticeMs({ fromMs, untilMs }: KeptGrant['value']): number {
  return untilMs - Math.min(NOTICE_MS, Math.floor((untilMs - fromMs) / NOTICE_PART))
}

function endsBetween(grants: readonly KeptGrant[], fromMs: number, toMs: number): readonly GrantEnd[] {
  const within = (atMs: number) => fromMs < atMs && atMs <= toMs
  return grants.flatMap(({ org, id, value }): GrantEnd[] => {
    if (value.revoked) return []
    if (within(value.untilMs)) return [{ org, id, grant: value, state: 'ended' }]
    return within(noticeMs(value)) ? [{ org, id, grant: value, state: 'ending' }] : []
  })
}

/** When something is to be said or written down next, ms. */
function nextMs(grants: readonly KeptGrant[], nowMs: number): number {
  const times = grants
    .filter(({ value }) => !value.revoked)
    .flatMap(({ value }) => [noticeMs(value), value.untilMs - HANDOVER_MS, value.untilMs])
  return Math.min(Number.POSITIVE_INFINITY, ...times.filter((atMs) => atMs > nowMs))
}
