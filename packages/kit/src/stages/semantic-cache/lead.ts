import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Flight } from '../../cache/flights.ts'
import { type Recording, recordAnswer } from '../../cache/recording.ts'
import { outlive } from '../../core/outlive.ts'
import { servedFormat } from '../../toll/served-format.ts'
import { chargeOn, type Toll } from '../../toll/toll.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import type { Plan } from './plan.ts'

/** The most of an answer that is kept while it comes, bytes: for those who wait for it too, and may read slowly. */
const MAX_RECORDED_BYTES = 4 * 1024 * 1024

/** Record what the provider says to this request, for the cache alone. */
export function record(
  req: IncomingMessage,
  res: ServerResponse,
  { call }: Plan,
  onNews: (recording: Recording) => void = () => {},
): Recording {
  const recording = recordAnswer(res, {
    maxBytes: MAX_RECORDED_BYTES,
    format() {
      const toll = tollSlot.peek(req)
      // What a translation has written is the dialect itself; what passed as it came has its provider's quirks.
      return toll && !toll.reading ? servedFormat(toll, call) : call.format
    },
    onNews: () => onNews(recording),
  })
  return recording
}

/**
 * Ask the provider for everybody who waits for the same. Should this client leave, the answer comes all the same for as
 * long as somebody else waits for it, at the expense of whoever asked first.
 */
export function leadFlight(req: IncomingMessage, res: ServerResponse, plan: Plan, flight: Flight): Recording {
  const outliving = outlive(res, () => flight.followers() > 0)
  const onDeserted = () => {
    // Where its last word has come, so has all that is left of it.
    if (flight.recording?.events().at(-1)?.type !== 'end') outliving.release()
  }
  const costNanoUsd = () => {
    const toll = tollSlot.peek(req)
    return (toll && chargeOn(toll)?.nanoUsd) ?? 0
  }
  // By their names, as in core/tap and for its reason.
  flight.onDeserted = onDeserted
  flight.costNanoUsd = costNanoUsd
  const recording = record(req, res, plan, ({ state }) => {
    // A cap that only this caller's budget needs would cut short what the others get; the next one's may need one too.
    if (state !== 'waiting' && isShortened(tollSlot.peek(req)))
      return flight.land({ how: 'failed', refusal: undefined })
    if (state === 'too_long') return flight.land({ how: 'failed', refusal: undefined })
    // How it failed is known when it has been settled; nobody new is to wait for that.
    if (state === 'failed') flight.close()
    flight.tell()
  })
  flight.recording = recording
  return recording
}

/** Whether the caller's own budget or tier may end its answer early. A cap at the model's own end does not. */
function isShortened(toll: Toll | undefined): boolean {
  if (toll?.cap === undefined) return false
  const bounds = toll.demand?.bounds
  return !bounds || bounds.grows || bounds.capped === true || toll.cap < bounds.outputTokens
}
