import type { Clock } from '../../core/clock.ts'
import type { AccountId, AccountKind } from '../ledger.ts'
import { type AccountCache, accountCache } from './account-cache.ts'
import { type Decisions, decisions } from './decisions.ts'
import type { LedgerKeys, OrgKeys } from './keys.ts'
import { type Lane, lane } from './lane.ts'
import { type Plans, pathPlans } from './path-plan.ts'
import { type Replay, replay } from './replay.ts'
import { type Reservations, reservations } from './reservations.ts'
import type { Default } from './rules.ts'
import type { Script } from './scripts/script.ts'
import { type Sequence, sequence } from './sequence.ts'

/** A reply that any script gives when the books are not of its layout, or are not there. */
type LayoutReply = readonly ['layout', ...string[]]

/** What the commands of one ledger share. */
export interface Shared {
  readonly keys: LedgerKeys
  /** This machine's clock: for windows, deadlines of ours and the life of what we remember. */
  readonly clock: Clock
  /** The time that scripts go by: '' for the server's own. */
  now(): string | number
  /** Run a script. @throws Error when there is no reply, or the books are not what this release reads. */
  ask<Keys extends object, Args extends object, Reply>(
    script: Script<Keys, Args, Reply>,
    keys: Keys,
    args: Args,
  ): Promise<Exclude<Reply, LayoutReply>>
  /** A plain command, likewise. */
  call(command: string, ...args: readonly (string | number)[]): Promise<unknown>
  readonly defaults: ReadonlyMap<AccountKind, Default>
  /** Of the defaults; 0: accounts that nobody provisioned are left as they are. */
  readonly revision: number
  readonly maxAuto: number
}

/** What this process knows of the books of one org, and the shared things beside it. */
export interface Books extends Shared {
  readonly org: string
  readonly own: OrgKeys
  readonly lane: Lane
  readonly accounts: AccountCache
  readonly plans: Plans
  readonly reservations: Reservations
  readonly sequence: Sequence
  readonly replay: Replay
  readonly decisions: Decisions
  /** Since which sequence the books had counted on when this process last told them what it knows; undefined before it has looked. */
  toldSince: number | undefined
  /** How far the books were ahead of this machine's clock when they last said what time it is for them, ms. */
  aheadMs: number
  /** Set while they are being recovered. */
  recovering: Promise<void> | undefined
  /** Set while this process asks them for the first time how they stand. */
  meeting: Promise<void> | undefined
  /** Accounts that are being looked up: who needs one while it is on its way waits for the same reply. */
  readonly loading: Map<AccountId, Promise<void>>
}

/** How far back a fail-over may reach and be made good by those who know, ms. */
const REPLAY_MS = 60_000

export function openBooks(shared: Shared, org: string): Books {
  const { clock, keys } = shared
  const windowMs = REPLAY_MS
  const seen = sequence({ clock, windowMs })
  const accounts = accountCache()
  return {
    ...shared,
    org,
    own: keys.of(org),
    lane: lane(),
    accounts,
    plans: pathPlans(accounts, shared.defaults),
    reservations: reservations(clock),
    sequence: seen,
    replay: replay({ clock, sequence: seen, windowMs }),
    decisions: decisions({ clock, sequence: seen, windowMs }),
    toldSince: undefined,
    aheadMs: 0,
    recovering: undefined,
    meeting: undefined,
    loading: new Map(),
  }
}

/** The time to compute windows for: that of the books, as far as they have said it. */
export const windowNowMs = ({ clock, aheadMs }: Books): number => clock.now() + aheadMs

/** The books were brought windows that are not of their time, and say what it is: whoever is wrong, theirs counts. */
export function noteTime(books: Books, nowMs: number): void {
  books.aheadMs = nowMs - books.clock.now()
}
