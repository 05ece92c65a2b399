export type { BreakerOptions, BreakerState } from '../../failover/breaker.ts'
export type { Closure, ClosureReason } from '../../failover/closure.ts'
export { CLOSURE_COMMANDS, probeClosureSet, type RedisCall } from '../../failover/closure-set.ts'
export type { DeploymentHealth } from '../../failover/deployment-health.ts'
export { type Explained, explain } from '../../failover/explain.ts'
export type { Failure, FailureKind } from '../../failover/failure.ts'
export { fetchBy } from '../../failover/fetch-by.ts'
export { type ClosureListener, type HealthBoard, healthBoard } from '../../failover/health-board.ts'
export { type NodeAgents, nodeAgents } from '../../failover/node-agents.ts'
export { type Overview, overview } from '../../failover/overview.ts'
export { type ProviderAgentOptions, providerAgent } from '../../failover/provider-agent.ts'
export type { RetryOptions } from '../../failover/retries.ts'
export { type RouteOrder, type RouteRule, type RoutingOptions, routing } from '../../failover/routing.ts'
export {
  type SharedClosures,
  type SharedClosuresOptions,
  sharedClosures,
} from '../../failover/shared-closures.ts'
export { type ProviderFailoverOptions, providerFailover, type Timeouts } from './provider-failover.ts'
export { type Attempt, type AttemptReason, attempts } from './slots.ts'
