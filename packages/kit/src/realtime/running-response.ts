import type { ErrorCode } from '../core/errors.ts'
import type { Charge } from '../toll/charge.ts'
import { endToll, type Toll } from '../toll/toll.ts'
import type { Call } from '../wire/call.ts'
import type { JsonObject } from '../wire/json.ts'
import { readResponseUsage } from '../wire/openai/realtime/usage.ts'
import { outputTokens } from '../wire/usage.ts'
import type { ConversationSize } from './conversation-size.ts'
import type { Leave } from './pacing.ts'
import { writeRecord } from './record.ts'
import { estimateOf, exactCharge, learnOutput, observedAmounts } from './response-charge.ts'
import { seenOutput } from './seen-output.ts'
import type { SessionState } from './session-state.ts'
import type { Terms, Visit } from './terms.ts'

/** One response, from the moment it is asked for. Whoever ends it does so once, in one of three ways. */
export interface RunningResponse {
  /** Part of it has come. */
  note(event: JsonObject): void
  /** It is over, as the provider tells it. What it cost is queued for the books before this returns, if that was told too. */
  done(response: JsonObject): Promise<void>
  /** The session has ended before it: what came of it is charged. */
  abort(): Promise<void>
  /** The provider did not take it. */
  drop(): Promise<void>
}

export interface RunningResponseOptions {
  readonly terms: Terms
  readonly visit: Visit
  readonly size: ConversationSize
  readonly state: SessionState
  readonly call: Call
  readonly toll: Toll
  readonly leave: Leave
  /** What was asked for. */
  readonly request: JsonObject
}

/** What a response may have other than its session, and the model is given before the conversation. */
const OWN_PROMPT = ['instructions', 'tools', 'tool_choice', 'prompt'] as const

/** Begin to watch a response that is about to be asked for. */
export function runningResponse({
  terms,
  visit,
  size,
  state,
  call,
  toll,
  leave,
  request,
}: RunningResponseOptions): RunningResponse {
  const { clock } = terms
  const { tokenizer } = toll
  const { model } = toll.demand!.deployment
  const seen = seenOutput({ tokenizer, model, bytesPerMs: () => state.outputBytesPerMs })
  const atMs = clock.now()
  const mark = size.mark()
  // It may read something else than the conversation, and it may stay out of it.
  const reads = request.input === undefined
  const joins = request.conversation !== 'none'
  // What it has of its own takes the place of the session's, which the next one reads again, and nobody has counted.
  const uncounted = OWN_PROMPT.some((name) => request[name] !== undefined) ? state.promptBytes : 0
  toll.proxied = true
  toll.sentAtMs = atMs
  const observe = () => observedAmounts(toll, seen)
  // By its name, as in core/tap and for its reason.
  toll.observe = observe

  const end = (charge: Charge | 'nothing', ending: 'finished' | 'aborted', refusal?: ErrorCode) => {
    const booked = endToll(toll, charge)
    writeRecord(terms, visit, {
      call,
      toll,
      atMs,
      firstByteAtMs: seen.firstAtMs,
      ending,
      status: 101,
      refusal,
    })
    const left = leave(charge === 'nothing' ? charge : { tokens: charge.tokens })
    return Promise.all([booked, left]).then(() => {})
  }
  const estimate = async (ending: 'finished' | 'aborted') => {
    const charge = await estimateOf(toll, seen, clock.now())
    if (joins) size.added(outputTokens(charge.usage!))
    return end(charge, ending)
  }

  return {
    note: (event) => seen.note(event, clock.now()),
    done({ status, usage: told }) {
      const usage = readResponseUsage(told)
      const refusal = status === 'failed' ? 'provider_error' : undefined
      if (!usage)
        return refusal && seen.firstAtMs === undefined
          ? end('nothing', 'finished', refusal)
          : estimate('finished')
      if (reads && joins) {
        size.counted(mark, usage)
        size.added(uncounted)
      } else if (joins) size.added(outputTokens(usage))
      if (status === 'completed') learnOutput(toll, usage)
      return end(exactCharge(toll, usage), 'finished', refusal)
    },
    abort: () => estimate('aborted'),
    drop() {
      toll.sentAtMs = undefined
      return end('nothing', 'finished')
    },
  }
}
