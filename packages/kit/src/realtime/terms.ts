import type { IncomingMessage } from 'node:http'
import type { AuditTrail } from '../audit/trail.ts'
import type { Clock } from '../core/clock.ts'
import type { Timers } from '../core/timers.ts'
import type { Principal } from '../directory/principal.ts'
import type { RequestCaps } from '../directory/records.ts'
import type { NodeAgents } from '../failover/node-agents.ts'
import type { Authenticate } from '../identity/authenticator.ts'
import type { TierRefusal } from '../stages/tier-check/tiers.ts'
import type { ReservePolicy } from '../toll/policy.ts'
import type { Deployment, Routes } from '../wire/routes.ts'
import type { Pacing } from './pacing.ts'

/** What all sessions of one handler have in common: decided at assembly. */
export interface Terms {
  readonly policy: ReservePolicy
  readonly authenticate: Authenticate
  /** By what a caller may use a model over this endpoint, or why it may not. */
  readonly entitle: (principal: Principal, model: string) => Promise<Entitled>
  readonly routes: Routes
  readonly audit: Pick<AuditTrail, 'write'> | undefined
  readonly pacing: Pacing
  readonly limits: SessionLimits
  readonly agents: NodeAgents | undefined
  readonly clock: Clock
  readonly timers: Timers
}

/** What a session may take. */
export interface SessionLimits {
  /** To connect to a provider, and to hear its first word, ms. */
  readonly connectMs: number
  /** Between two signs of life that are asked for on each side, ms. */
  readonly pingMs: number
  /** The longest session: the provider's own limit is 60 minutes. */
  readonly sessionMs: number
  /** The longest message of either side, bytes. */
  readonly messageBytes: number
}

/** By what a caller is let in. */
export interface Entitled {
  readonly tier: string | undefined
  /** What one response may be at the most; nothing is capped where tiers only observe. */
  readonly caps: RequestCaps
  readonly refusal: TierRefusal | undefined
}

/** Who has a session, and where it goes. */
export interface Visit {
  readonly req: IncomingMessage
  readonly requestId: string
  readonly principal: Principal
  readonly tier: string | undefined
  readonly caps: RequestCaps
  /** What the tier would have refused, where tiers only observe. */
  readonly tierWouldRefuse: TierRefusal['code'] | undefined
  /** The name that the client has asked for. */
  readonly model: string
  readonly deployment: Deployment
}
