import type { PartitionId } from './vector-index.ts'

/** What one process of a fleet tells the others about the cache. It names entries and never holds what they say. */
export type FleetEvent =
  | { readonly kind: 'add'; readonly partition: PartitionId; readonly id: string }
  | { readonly kind: 'remove'; readonly partition: PartitionId; readonly id: string }
  /** Somebody has compared an entry's answer with what another question wants; `similarity` in steps of 1/1024. */
  | {
      readonly kind: 'label'
      readonly partition: PartitionId
      readonly id: string
      readonly similarity: number
      readonly same: boolean
    }
  /** Everything of a scope, or of a tag in it, is void that is older than this epoch. */
  | { readonly kind: 'epoch'; readonly scope: string; readonly tag?: string; readonly epoch: number }

/** Who follows a log. */
export interface FleetFollower {
  /** In the order in which they were told, each once; the next come when this is done. Own ones are among them. */
  onEvents(events: readonly FleetEvent[]): void | Promise<void>
  /** Some were missed, nobody knows which: what was built from them is to be built anew. */
  onGap(): void | Promise<void>
}

/**
 * A log that all processes of a fleet write and follow. It is bounded and may be lost: then the processes know less of each
 * other's entries, which costs hits, and nothing else rests on it.
 */
export interface FleetLog {
  /** Tell the others. @throws when nobody could be told. */
  tell(event: FleetEvent): Promise<void>
  /** Follow it from now on. @returns what ends that. */
  follow(follower: FleetFollower): () => Promise<void>
  close(): Promise<void>
}
