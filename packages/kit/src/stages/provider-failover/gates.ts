import type { ServerResponse } from 'node:http'
import { LRUCache } from 'lru-cache'
import type { Timers } from '../../core/timers.ts'
import { deploymentId } from '../../failover/deployment-id.ts'
import { type LoadGate, loadGate } from '../../failover/load-gate.ts'
import type { Deployment } from '../../wire/routes.ts'

/** The load gates of deployments whose providers have a bound; the others are always open. */
export interface Gates {
  hasRoom(deployment: Deployment): boolean
  enter(deployment: Deployment): void
  /** Wait for room; false when there is none in time, or the client has left. */
  wait(deployment: Deployment, waiting: WaitingTrip): Promise<boolean>
  leave(deployment: Deployment): void
}

export interface WaitingTrip {
  readonly res: ServerResponse
  readonly call: { readonly bytes: Buffer }
  readonly priority: number
}

/** A name that passes through is the client's own choice: only so many gates are kept. */
const MAX_GATES = 2_000

export function gatesOf(timers: Timers): Gates {
  const gates = new LRUCache<string, LoadGate>({ max: MAX_GATES })
  const gateOf = (deployment: Deployment): LoadGate | undefined => {
    const { load } = deployment.provider
    if (!load) return undefined
    const id = deploymentId(deployment)
    const known = gates.get(id) ?? loadGate(load, timers)
    gates.set(id, known)
    return known
  }
  return {
    hasRoom: (deployment) => !gateOf(deployment)?.full,
    enter: (deployment) => void gateOf(deployment)?.enter(),
    leave: (deployment) => gateOf(deployment)?.leave(),
    async wait(deployment, { res, call, priority }) {
      const left = new AbortController()
      const leave = () => left.abort()
      res.once('close', leave)
      const waiting = { bytes: call.bytes.length, priority, signal: left.signal }
      const room = await (gateOf(deployment)?.wait(waiting) ?? true)
      res.off('close', leave)
      return room
    },
  }
}
