export { customEmbedder } from './embedders/custom-embedder.ts'
export {
  type Embedded,
  type Embedder,
  type EmbedderTraits,
  type EmbedOptions,
  embedderId,
} from './embedders/embedder.ts'
export type { EmbedderCall } from './embedders/embedder-calls.ts'
export { type GatewayEmbedderOptions, gatewayEmbedder } from './embedders/gateway-embedder.ts'
export {
  type Embedding,
  type EmbedText,
  type GuardedEmbedder,
  type GuardedEmbedderOptions,
  guardedEmbedder,
} from './embedders/guarded-embedder.ts'
export { hashEmbedder } from './embedders/hash-embedder.ts'
export { type LocalEmbedderOptions, localEmbedder } from './embedders/local-embedder.ts'
export type { FleetEvent, FleetFollower, FleetLog } from './fleet-log.ts'
export { type InProcessIndex, type InProcessIndexOptions, inProcessIndex } from './in-process-index.ts'
export type { Kernel } from './kernel/kernel.ts'
export { MAX_DIMENSIONS, type Quantised, quantise, type Vector, vectorOf } from './quantise.ts'
export type { Awaitable, Neighbour, PartitionId, VectorIndex, VectorRow } from './vector-index.ts'
export type { VectorStore } from './vector-store.ts'
export {
  afterLook,
  type Look,
  type Question,
  UNTRIED,
  type Verdict,
  type Worth,
  type WorthOptions,
  worthEmbedding,
} from './worthwhile.ts'
