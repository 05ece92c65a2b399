import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CacheEntry } from '../../cache/entry.ts'
import type { Flight } from '../../cache/flights.ts'
import { followFlight } from '../../cache/follow.ts'
import { type Replayed, replayTo } from '../../cache/replay.ts'
import { peekContext } from '../../core/context.ts'
import { TollgateError } from '../../core/errors.ts'
import { errorBodyOf } from '../../core/refuse.ts'
import type { Desk } from './desk.ts'
import { announceCollapsed, announceHit, saved } from './headers.ts'
import type { Plan } from './plan.ts'
import type { CacheOutcome } from './slots.ts'
import { NOTHING, note } from './visit.ts'

/** An answer that is served, and how it was found. */
export interface Found {
  readonly status: 'hit' | 'semantic'
  readonly entry: CacheEntry
  readonly similarity?: number
  readonly confidence?: number
  readonly overheadNanoUsd?: number
}

/** Answer a request with an answer that was made before: its caller pays the price of a hit, and nobody else anything. */
export async function serve(
  desk: Desk,
  req: IncomingMessage,
  res: ServerResponse,
  plan: Plan,
  found: Found,
): Promise<void> {
  const { hitPrice, clock } = desk
  const { status, entry, overheadNanoUsd = 0 } = found
  await hitPrice.charge(req, res)
  if (res.closed) return
  const outcome: CacheOutcome = {
    status,
    entry,
    overheadNanoUsd,
    reason: undefined,
    savedNanoUsd: saved(entry.costNanoUsd, hitPrice.nanoUsd),
  }
  note(req, { outcome, plan })
  const nowMs = clock.now()
  announceHit(res, { ...found, nowMs, hitNanoUsd: hitPrice.nanoUsd })
  await replayTo(res, entry.answer, replayedTo(req, plan, nowMs))
}

/** Give a request what another one brings; true when it has it, or has left. */
export async function follow(
  desk: Desk,
  req: IncomingMessage,
  res: ServerResponse,
  plan: Plan,
  flight: Flight,
): Promise<'done' | 'gone' | 'served' | { readonly refusal: TollgateError | undefined }> {
  const { hitPrice, clock } = desk
  const followed = await followFlight(res, flight, {
    to: replayedTo(req, plan, clock.now()),
    async onAnswer() {
      await hitPrice.charge(req, res)
      note(req, {
        outcome: { ...NOTHING, status: 'collapsed' },
        plan,
        costOfFlight: () => saved(flight.costNanoUsd(), hitPrice.nanoUsd),
      })
      announceCollapsed(res, hitPrice.nanoUsd)
    },
    streamError: () => plan.call.format.streamError(errorBodyOf(req, new TollgateError('provider_error'))),
  })
  if (followed.how === 'failed') return { refusal: followed.refusal }
  return followed.how === 'gone' || followed.how === 'served' ? followed.how : 'done'
}

function replayedTo(req: IncomingMessage, { call }: Plan, nowMs: number): Replayed {
  const { model, stream, wantsUsage, body: request, format } = call
  const requestId = peekContext(req)!.id
  return { model, stream, wantsUsage, request, requestId, nowMs, translation: format.translation }
}
