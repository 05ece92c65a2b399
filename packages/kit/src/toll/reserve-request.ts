import type { Principal } from '../directory/principal.ts'
import type { Amounts } from '../ledger/ledger.ts'
import type { CallCaps } from '../meter/call-caps.ts'
import type { Call } from '../wire/call.ts'
import type { ReceivedCall } from '../wire/received-call.ts'
import type { Deployment } from '../wire/routes.ts'
import type { Holdings } from '../wire/stored/holdings.ts'
import type { Unknown } from './refuse-unknown.ts'

/** What is to be reserved for: a call to price, or a plain amount for a route whose cost its owner bounds. */
export interface ReserveRequest {
  readonly requestId: string
  readonly principal: Principal
  /** The facts of the call, when it has a model and a price. */
  readonly call: Call | undefined
  /** The call as received, when it is one. */
  readonly received: ReceivedCall | undefined
  /** Where it goes first; undefined with `upTo`. */
  readonly deployment: Deployment | undefined
  /** The most that the route may cost, when no call says so. */
  readonly upTo: Amounts | undefined
  /** What one call may be at the most, by the caller's tier; its key may say less. */
  readonly caps?: CallCaps | undefined
  /** What it goes on with, and how much that is; undefined where it names nothing, or nobody has looked. */
  readonly holdings?: Holdings | undefined
  /** What `upTo` says nothing of, so that no hard limit in it can be held. Tokens, where it is not told. */
  readonly unknown?: readonly Unknown[] | undefined
  /** `soft`: `upTo` is only believed to be the most. `proven` where it is not told. */
  readonly bound?: 'proven' | 'soft' | undefined
  /** The client has left: no sense in waiting on. */
  readonly gone: () => boolean
}
