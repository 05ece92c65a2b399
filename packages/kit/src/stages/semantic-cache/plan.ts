import type { IncomingMessage } from 'node:http'
import type { CachePlace } from '../../cache/entry.ts'
import type { ExactKey, KeyMaker } from '../../cache/exact-key.ts'
import { scopeFor } from '../../cache/scope.ts'
import type { Principal } from '../../directory/principal.ts'
import { receiveCall } from '../../wire/receive.ts'
import { type Deployment, modelBehind, type Routes, routeOf } from '../../wire/routes.ts'
import { principal } from '../identify/slots.ts'
import { entitlement } from '../tier-check/slots.ts'
import { type CacheableCall, isConversation, type Uncacheable, whyNot } from './cacheable.ts'
import { type Controls, readControls } from './controls.ts'
import { type CacheAsker, type CachePolicy, wholePolicy } from './policy.ts'

/** What the answers of a route depend on besides their request. */
export interface CacheContext {
  /** Requests that differ in it are not the same: the version of the documents that a prompt quotes, say. */
  readonly vary?: readonly string[]
  /** What an answer is made from: it goes when one of these is invalidated. */
  readonly tags?: readonly string[]
}

export interface PlanOptions {
  readonly keys: KeyMaker
  readonly policy: CachePolicy | ((asker: CacheAsker) => CachePolicy)
  readonly routes: Routes | undefined
  readonly context: (req: IncomingMessage) => CacheContext
}

/** Where an answer to a request is, or will be. */
export interface Plan {
  readonly call: CacheableCall
  readonly controls: Controls
  readonly key: ExactKey
  readonly place: CachePlace
  /** Digest of who asks: made when somebody wants it, which a hit does not. */
  readonly askedBy: () => string
  readonly principal: Principal
  /** Who is asked first; an answer of another one has a place of its own. */
  readonly deployments: readonly [Deployment, ...Deployment[]]
  placeAt(deployment: Deployment): CachePlace | undefined
}

/** Why a request passes the cache by. `off` and `no_call` are said to nobody. */
export interface Bypass {
  readonly bypass: Uncacheable | 'off' | 'no_call' | 'no_store' | 'no_identity' | 'ambiguous'
  readonly onlyIfCached: boolean
}

/** @throws TollgateError `invalid_request`, `model_not_found`: as the stages behind would. */
export async function planFor(
  req: IncomingMessage,
  { keys, policy, routes, context }: PlanOptions,
): Promise<Plan | Bypass> {
  const call = await receiveCall(req)
  if (!call) return { bypass: 'no_call', onlyIfCached: false }
  const who = principal.get(req)
  const stated = typeof policy === 'function' ? policy({ principal: who, tier: tierOf(req), call }) : policy
  const controls = readControls(req.headers, wholePolicy(stated))
  const pass = (bypass: Bypass['bypass']): Bypass => ({ bypass, onlyIfCached: controls.onlyIfCached })
  const { mode, share } = controls.policy
  if (mode === 'off') return pass('off')
  if (!isConversation(call)) return pass('endpoint')
  const deployments = deploymentsFor(req, call, routes)
  const uncacheable = whyNot(call, deployments[0].provider, controls.policy)
  if (uncacheable) return pass(uncacheable)
  if (controls.noStore) return pass('no_store')
  const scope = scopeFor(who, share)
  if (!scope) return pass('no_identity')

  const { vary = [], tags = [] } = context(req)
  const allTags = [...new Set([...controls.tags, ...tags])].sort()
  const keyAt = (deployment: Deployment) =>
    keys.keyOf({ scope, received: call, deployment, headers: req.headers, tags: allTags, vary })
  const placeOf = ({ id }: ExactKey, deployment: Deployment): CachePlace => ({
    id,
    scope,
    tags: allTags,
    model: modelBehind(deployment),
  })
  const key = keyAt(deployments[0])
  if (!key) return pass('ambiguous')
  return {
    call,
    controls,
    key,
    deployments,
    place: placeOf(key, deployments[0]),
    askedBy: () => keys.askedBy(who),
    principal: who,
    placeAt(deployment) {
      const other = keyAt(deployment)
      return other && placeOf(other, deployment)
    },
  }
}

function tierOf(req: IncomingMessage): string | undefined {
  return entitlement.peek(req)?.tier
}

/** As whoever reserves orders them: this is the first stage that needs to know. */
function deploymentsFor(
  req: IncomingMessage,
  call: CacheableCall,
  routes: Routes | undefined,
): Plan['deployments'] {
  if (!routes) {
    const { dialect, model } = call
    return [{ provider: { name: dialect, dialect, baseUrl: '' }, model }]
  }
  return routeOf(req, call, routes, { caller: principal.peek(req), allows: entitlement.peek(req)?.allows })
}
