import type { Duplex } from 'node:stream'
import { TollgateError } from '../core/errors.ts'
import { requestId } from '../core/ids.ts'
import { warn } from '../core/warn.ts'
import { cutOff } from '../failover/faults.ts'
import { type Admission, admit } from './admission.ts'
import { checkHandshake, door } from './handshake.ts'
import { openSession, type UpgradeRequest } from './open-session.ts'
import type { Leave } from './pacing.ts'
import { refuseUpgrade } from './raw-answer.ts'
import { writeRecord } from './record.ts'
import { firstCall } from './response-call.ts'
import type { Session } from './session.ts'
import { isSession } from './target.ts'
import type { Terms } from './terms.ts'

/** Where upgrades are taken, and sessions known while they last. */
export interface Reception {
  /** Let a client in, or refuse it in words. Resolves when its session is over. */
  take(asking: UpgradeRequest): Promise<void>
  /** Sessions that run, or are about to. */
  sessions(): number
  /** Begin no session, and end each that runs when its response is over. Resolves when none is left, and all are booked. */
  drain(): Promise<void>
  /** End every session now: what came of its responses is charged. */
  cut(): void
}

export function reception(terms: Terms): Reception {
  const { clock } = terms
  const entrance = door(terms.limits.messageBytes)
  const running = new Set<Session>()
  const opening = new Map<Duplex, string>()
  const taken = new Set<Promise<void>>()
  let shut = false

  async function take(asking: UpgradeRequest): Promise<void> {
    const { req, socket } = asking
    // Node has taken its own listeners away: an error that nobody hears would end the process.
    socket.on('error', () => socket.destroy())
    const id = idOf(req.headers['x-request-id'])
    const atMs = clock.now()
    let admission: Admission | undefined
    let leave: Leave | undefined
    try {
      checkHandshake(req)
      if (!isSession(req)) throw nowhere(req.url)
      if (shut) throw cutOff()
      opening.set(socket, id)
      admission = await admit(terms, req, id)
      leave = await terms.pacing.session(admission.principal, admission.model)
      const session = await openSession(terms, entrance, admission, asking)
      opening.delete(socket)
      if (session) await during(session)
      else socket.destroy()
      await leave({ tokens: 0 })
    } catch (error) {
      opening.delete(socket)
      const refusal = refusalOf(error, id)
      refuseUpgrade(socket, refusal, id)
      if (isSession(req)) record(refusal)
      await leave?.('nothing')
    }

    function record({ code: refusal, status }: TollgateError): void {
      const call = admission && firstCall(admission.model)
      const facts = { call, toll: undefined, atMs, firstByteAtMs: undefined, ending: 'finished' as const }
      writeRecord(terms, admission ?? { requestId: id }, { ...facts, status, refusal })
    }
  }

  async function during(session: Session): Promise<void> {
    running.add(session)
    if (shut) session.drain()
    await session.ended
    running.delete(session)
  }

  return {
    take(asking) {
      const done = take(asking).finally(() => taken.delete(done))
      taken.add(done)
      return done
    },
    sessions: () => taken.size,
    async drain() {
      shut = true
      for (const session of running) session.drain()
      await Promise.all([...taken])
    },
    cut() {
      for (const [socket, id] of opening) refuseUpgrade(socket, cutOff(), id)
      for (const session of running) session.cut()
    },
  }
}

const WELL_FORMED = /^[\w.-]{1,128}$/

function idOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : requestId()
}

function nowhere(url = '/'): TollgateError {
  const [path] = url.split('?', 1)
  return new TollgateError('endpoint_not_found', {
    message: `There is no WebSocket at ${path}. Sessions are at /v1/realtime?model=….`,
  })
}

function refusalOf(error: unknown, id: string): TollgateError {
  if (TollgateError.is(error)) return error as TollgateError
  warn('TOLLGATE_FAULT', `An upgrade has failed (${id}): ${String(error)}`)
  return new TollgateError('internal_error', { cause: error })
}
