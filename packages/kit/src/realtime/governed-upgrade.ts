import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { GrantView } from '../access/grant-view.ts'
import type { AuditTrail } from '../audit/trail.ts'
import { machineTimers, type Timers } from '../core/timers.ts'
import type { NodeAgents } from '../failover/node-agents.ts'
import type { Authenticate } from '../identity/authenticator.ts'
import { askers, type TierOf, type TiersOf } from '../stages/tier-check/askers.ts'
import { type ReserveOptions, reservePolicy } from '../toll/policy.ts'
import type { Routes } from '../wire/routes.ts'
import { pacing, type RateLimits, UNPACED } from './pacing.ts'
import { reception } from './reception.ts'
import { SESSION_PATH } from './target.ts'
import type { SessionLimits, Terms } from './terms.ts'

export interface GovernedUpgradeOptions extends Omit<ReserveOptions, 'enforcement'> {
  /** Who calls: `keyAuthenticator({ directory, masterKey })`, or the application's own login. Asked again with each response. */
  readonly authenticate: Authenticate
  readonly routes: Routes
  /** By name, the least first; `realtime` is an endpoint class. None declared: every model is allowed. */
  readonly tiers?: TiersOf
  /** The tier of a caller; undefined refuses every model. The first of the tiers by default. */
  readonly tierOf?: TierOf
  /** What callers have been given besides, for a time. */
  readonly grants?: GrantView
  /** Where a record of each response goes: an audit trail, or the audit-log stage. */
  readonly audit?: Pick<AuditTrail, 'write'>
  /** How fast callers may go: what the `rate-limit` stage is given. A session holds a slot; each response is a request. */
  readonly rateLimits?: RateLimits
  readonly limits?: Partial<SessionLimits>
  /** How providers are connected to: `nodeAgents({ proxies })` where that is by a proxy. */
  readonly agents?: NodeAgents
  readonly timers?: Timers
}

/** A listener for a server's `upgrade`. */
export interface GovernedUpgrade {
  (req: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Sessions that run, or are about to. */
  sessions(): number
  /** Begin no session, and end each that runs when its response is over. Resolves when none is left, and all are booked. */
  drain(): Promise<void>
  /** End every session now: what came of its responses is charged. */
  cut(): void
}

const LIMITS: SessionLimits = {
  connectMs: 10_000,
  pingMs: 30_000,
  sessionMs: 60 * 60_000,
  messageBytes: 16 * 2 ** 20,
}

/**
 * OpenAI's Realtime sessions (`GET /v1/realtime?model=…`, a WebSocket) under a budget. A session is opened when its caller,
 * tier, model and budget allow it, and a provider has opened its own; each response in it is reserved for before it is asked
 * for, with the cap that the grant pays for, and settled at the usage that `response.done` tells.
 *
 * Refuses, before the upgrade, with a plain HTTP answer: `invalid_api_key` (401), `model_not_allowed`,
 * `endpoint_not_allowed` (403), `model_not_found`, `endpoint_not_found` (404), `budget_exceeded`, `budget_reserved`, `rate_limited`, `runaway_loop` (429),
 * `price_unknown` (400), `provider_error` (502), `provider_unavailable`, `ledger_unavailable` (503). Afterwards with an
 * `error` event: what is final (`budget_exceeded`, a revoked key) closes the session with 1008. When the process dies, the
 * responses that ran are charged what was reserved, unconfirmed. Needs `ws`.
 *
 * @example
 * server.on('upgrade', governedUpgrade({ ledger, routes, authenticate: keyAuthenticator({ directory, masterKey }) }))
 */
export const governedUpgrade = ({
  authenticate,
  routes,
  tiers = {},
  tierOf,
  grants,
  audit,
  rateLimits,
  limits = {},
  agents,
  timers = machineTimers,
  ...reserving
}: GovernedUpgradeOptions): GovernedUpgrade => {
  // A response is reserved whole: nothing that is heard live can be held back while its budget is asked for more.
  const policy = reservePolicy({ ...reserving, enforcement: 'hard' })
  const askingOf = askers({ tiers, tierOf, grants, howToAsk: policy.howToAsk })
  const terms: Terms = {
    policy,
    authenticate,
    async entitle(principal, model) {
      const { asker, gate, names } = await askingOf(principal)
      const tier = names.length > 0 ? asker.tier : undefined
      const verdict = gate(asker, { path: SESSION_PATH, model })
      if (verdict.refusal) return { tier, caps: {}, refusal: verdict.refusal }
      return { tier, caps: policy.observe ? {} : verdict.caps, refusal: undefined }
    },
    routes,
    audit,
    pacing: rateLimits ? pacing({ ...rateLimits, grants }, policy) : UNPACED,
    limits: { ...LIMITS, ...limits },
    agents,
    timers,
    clock: policy.clock,
  }
  const { take, sessions, drain, cut } = reception(terms)
  return Object.assign(
    function governedUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer) {
      void take({ req, socket, head })
    },
    { sessions, drain, cut },
  )
}
