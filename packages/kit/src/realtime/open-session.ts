import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { TollgateError } from '../core/errors.ts'
import { FAILURES } from '../failover/failure.ts'
import { providerFault } from '../failover/faults.ts'
import { reservedHeaders } from '../toll/headers.ts'
import { endToll, type Toll } from '../toll/toll.ts'
import { type Admission, reserveFirst } from './admission.ts'
import { dial } from './dial.ts'
import type { Door } from './handshake.ts'
import { runSession, type Session } from './session.ts'
import type { Terms, Visit } from './terms.ts'

/** A client that asks for a session. */
export interface UpgradeRequest {
  readonly req: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

/**
 * Open a session: reserve for its first response, connect to a provider, the next one where the first does not answer, and
 * only then let the client in. Undefined when the client has left meanwhile.
 *
 * @throws TollgateError when it does not fit the budget, or no provider opens it: nothing is held then.
 */
export async function openSession(
  terms: Terms,
  door: Door,
  admission: Admission,
  asking: UpgradeRequest,
): Promise<Session | undefined> {
  const leaving = new AbortController()
  const leave = () => leaving.abort()
  asking.socket.once('close', leave)
  try {
    return await tryInOrder(terms, door, admission, asking, leaving.signal)
  } finally {
    asking.socket.off('close', leave)
  }
}

async function tryInOrder(
  terms: Terms,
  door: Door,
  { deployments, ...asked }: Admission,
  asking: UpgradeRequest,
  signal: AbortSignal,
): Promise<Session | undefined> {
  const { connectMs, messageBytes } = terms.limits
  let fault: TollgateError | undefined
  for (const deployment of deployments) {
    const visit: Visit = { ...asked, deployment }
    const standby = await reserveFirst(terms, visit, () => signal.aborted)
    const { headers } = asking.req
    const dialled = signal.aborted
      ? undefined
      : await dial(deployment, { headers, connectMs, messageBytes, agents: terms.agents, signal })
    if (dialled && 'upstream' in dialled) return letIn(terms, door, visit, asking, dialled.upstream, standby)
    await endToll(standby, 'nothing')
    if (!dialled || signal.aborted) return undefined
    fault = providerFault(deployment, dialled.failure)
    if (FAILURES[dialled.failure.kind].goTo === 'nowhere') break
  }
  throw fault!
}

async function letIn(
  terms: Terms,
  door: Door,
  visit: Visit,
  { req, socket, head }: UpgradeRequest,
  upstream: WebSocket,
  standby: Toll,
): Promise<Session | undefined> {
  const { 'x-tollgate-max-tokens': _, ...told } = reservedHeaders(standby, terms.policy.exposeLimits)
  const headers = {
    'x-request-id': visit.requestId,
    ...told,
    ...(visit.tierWouldRefuse ? { 'x-tollgate-would-refuse': visit.tierWouldRefuse } : {}),
  }
  const client = door.open(req, socket, head, headers)
  if (client) return runSession(terms, visit, { client, upstream, standby })
  upstream.terminate()
  await endToll(standby, 'nothing')
  return undefined
}
