import type { TollgateError } from '../core/errors.ts'
import { nanoUsd } from '../core/money.ts'
import { warn } from '../core/warn.ts'
import type { Principal } from '../directory/principal.ts'
import type { Amounts, Shortfall, Standing } from '../ledger/ledger.ts'
import type { Spool } from '../ledger/spool.ts'
import type { DigestedText } from '../meter/sent-before.ts'
import type { Tokenizer } from '../meter/tokenizer.ts'
import type { ReceivedCall } from '../wire/received-call.ts'
import type { Booth } from './booth.ts'
import { amountsOf, type Charge } from './charge.ts'
import type { Demand, DemandOptions } from './demand.ts'
import { endHold, type ProviderHold, shareOfHold } from './hold.ts'
import type { Reading } from './reading.ts'
import { chargedShares, minus, plus, type Share, sumOfShares } from './share.ts'
import type { ToldCharge } from './told.ts'

/**
 * One call's passage: reserved before it is sent, watched while it runs, settled at what it cost. Made by
 * `budget-reserve` or a governed fetch; every stage behind them works on the same one.
 */
export interface Toll {
  /** Of its reservation: of the last one, where an answer has outlived the window that the first was made in. */
  id: string
  /** Reservations of windows that have ended while it ran. What they hold, it is charged there. */
  readonly earlier: Share[]
  readonly requestId: string
  readonly principal: Principal
  readonly booth: Booth
  /** Counts its text when its provider does not. */
  readonly tokenizer: Tokenizer
  /** What bounds and prices the call wherever it goes; handlers' reports are priced by the same book. */
  readonly sizing: DemandOptions
  /** Nothing is refused and nothing is capped: budgets only report. */
  readonly observing: boolean
  /** The call as the client sent it; undefined on routes whose body is not a provider's. */
  readonly received: ReceivedCall | undefined
  /** Its text, to be compared with what was sent before; undefined where it cannot be, or is too short for that. */
  readonly sent: DigestedText | undefined
  /** Where the call goes, at which price and within which bounds; another attempt may change it. */
  demand: Demand | undefined
  /** What those behind the stage that reserved for it find in its request; undefined where nobody is told so. */
  forwarded: Forwarded | undefined
  /** The output cap that the grant pays for, in tokens of one choice; undefined when the client's own request bounds it. */
  cap: number | undefined
  /** All that is reserved for it. */
  granted: Amounts
  /** The hard USD budget with the least left, once this grant is taken. */
  readonly tightest: Standing | undefined
  /** Budgets that would have refused, had they been enforced. */
  readonly would: readonly Shortfall[]
  /** Why it would have been refused before they were asked, likewise: its cost is not bounded, or beyond what one call may be. */
  readonly unheld: 'price_unknown' | 'cap_exceeded' | undefined
  /** What handlers have told of their provider calls. */
  readonly told: ToldCharge[]
  /** The handler says that nothing was bought. */
  toldNone: boolean
  /** Why a running answer is given no more, in the words in which the request itself would have been refused. */
  readonly refusalOf: (shortfall: Shortfall, want: Amounts) => TollgateError
  /**
   * Reserve more for an answer that runs, in the windows of now, where it was denied in one that has ended; undefined where
   * none has, or where it does not fit there either.
   */
  readonly reserveNext: (denied: Shortfall, min: Amounts, want: Amounts) => Promise<Share | undefined>
  /** Its budget has no more for an answer that runs, which is therefore cut. */
  stopped: boolean
  /** Lets the provider go, when the budget has no more for its answer: set by whoever calls it. */
  onStopped: () => void
  /** Work that goes on after the answer: the reservation stays open for it. */
  readonly pending: Promise<unknown>[]
  /** What it holds of the budget of the provider that it is with; undefined where that has none. */
  hold: ProviderHold | undefined
  /** What earlier attempts may have cost, though they failed (timed out after they were sent). */
  lostAttempts: Charge | undefined
  /** A provider stage answers this call: a status outside 2xx costs nothing, and the answer is the provider's own. */
  proxied: boolean
  /** How a translated answer is read where it is still the provider's own; absent where the client gets those bytes. */
  reading: Reading | undefined
  /** The provider broke off an answer that had begun; what ends it is our own. */
  cut: boolean
  readonly reservedAtMs: number
  /** How long it outlives its last heartbeat, ms. */
  readonly ttlMs: number
  /** When the call was sent; undefined while nothing was. */
  sentAtMs: number | undefined
  /** Told when its charge is known, and again when a later truth corrects that: for whoever keeps a record of it. */
  onCharged: () => void
  /** What the call has cost so far, for heartbeats: asked for once a second while it runs. */
  observe: () => Amounts | Promise<Amounts>
  /** How it ended: at a charge, or with nothing bought; undefined while it runs. A later truth may replace an estimate. */
  ended: Charge | 'nothing' | undefined
}

/** A request as it is passed on. */
export interface Forwarded {
  readonly bytes: Buffer
  /** The output cap in it that is ours, tokens; undefined where it has none. */
  readonly cap: number | undefined
}

export interface OpenTollOptions {
  readonly booth: Booth
  readonly tokenizer: Tokenizer
  readonly id: string
  readonly requestId: string
  readonly principal: Principal
  readonly sizing: DemandOptions
  readonly observing: boolean
  readonly received: ReceivedCall | undefined
  readonly sent: DigestedText | undefined
  readonly demand: Demand | undefined
  readonly cap: number | undefined
  readonly granted: Amounts
  readonly tightest: Standing | undefined
  readonly would: readonly Shortfall[]
  readonly unheld: Toll['unheld']
  readonly refusalOf: Toll['refusalOf']
  readonly reserveNext: Toll['reserveNext']
  readonly ttlMs: number
  readonly reservedAtMs: number
}

const NOTHING: Amounts = { usd: nanoUsd(0), tokens: 0, requests: 1 }

/** Begin to watch a reservation that has been granted: heartbeats keep it alive from now on. */
export function openToll(granted: OpenTollOptions): Toll {
  const toll: Toll = {
    ...granted,
    forwarded: undefined,
    earlier: [],
    told: [],
    toldNone: false,
    stopped: false,
    onStopped: () => {},
    pending: [],
    hold: undefined,
    lostAttempts: undefined,
    proxied: false,
    reading: undefined,
    cut: false,
    sentAtMs: undefined,
    onCharged: () => {},
    observe: () => NOTHING,
    ended: undefined,
  }
  toll.booth.keeper.track(toll.principal.org, toll.id, () => toll.observe(), toll.ttlMs)
  return toll
}

/** Everything that was reserved: the charge of a call that told nothing. */
export function wholeReservation(toll: Toll): Charge {
  return { nanoUsd: toll.granted.usd, tokens: toll.granted.tokens, basis: 'estimated' }
}

/** What a toll was charged; undefined while it runs, and when nothing was bought. */
export function chargeOn({ ended }: Toll): Charge | undefined {
  return ended === 'nothing' ? undefined : ended
}

/**
 * End a toll. The settle is queued in this turn, before the caller sends its last byte: whoever reads the books after the
 * answer sees it.
 */
export function endToll(toll: Toll, end: Charge | 'nothing'): Promise<void> {
  toll.ended = end
  toll.onCharged()
  const { hold } = toll
  if (!hold) return endShares(toll, end)
  const atProvider = end === 'nothing' ? end : shareOfHold(hold, end)
  return Promise.all([endShares(toll, end), endHold(toll, hold, atProvider)]).then(() => {})
}

function endShares(toll: Toll, end: Charge | 'nothing'): Promise<void> {
  const { id, earlier } = toll
  const { org } = toll.principal
  if (end === 'nothing')
    return close(toll, (spool) => [id, ...idsOf(earlier)].map((each) => spool.release(org, each)))
  const { basis } = end
  return close(toll, (spool) =>
    chargedShares(earlier, id, amountsOf(end)).map((share) => spool.settle({ org, ...share, basis })),
  )
}

/** Go on with a reservation of a later window, beside the one that there was. */
export function continueWith(toll: Toll, { id, granted }: Share): void {
  const { booth, principal, ttlMs, earlier } = toll
  const ended: Share = { id: toll.id, granted: minus(toll.granted, sumOfShares(earlier)) }
  earlier.push(ended)
  // What it holds is used up, should this process die.
  booth.keeper.track(principal.org, ended.id, () => ended.granted, ttlMs)
  booth.keeper.track(principal.org, id, () => toll.observe(), ttlMs)
  toll.id = id
  toll.granted = plus(toll.granted, granted)
}

function idsOf(shares: readonly Share[]): string[] {
  return shares.map(({ id }) => id)
}

/**
 * What the books do not take now is kept and told again; the spool warns of it. One that no books would take, or a spool
 * without room, is not lost either: the reservation expires, and is charged in full as unconfirmed.
 */
async function close(
  { booth, id, earlier, principal, requestId }: Toll,
  commands: (spool: Spool) => readonly Promise<unknown>[],
): Promise<void> {
  for (const each of [id, ...idsOf(earlier)]) booth.keeper.untrack(principal.org, each)
  try {
    await Promise.all(commands(booth.ledger.spool))
  } catch (cause) {
    warn('TOLLGATE_SETTLE_FAILED', `The books could not be told what ${requestId} cost: ${String(cause)}`)
  }
}
