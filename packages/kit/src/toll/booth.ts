import { misassembled } from '../core/errors.ts'
import { type ReservationKeeper, reservationKeeper } from '../ledger/keeper.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { isSpooled, type SpooledLedger, spooled } from '../ledger/spooled.ts'
import { type SentBefore, sentBefore } from '../meter/sent-before.ts'
import { type OutputEstimator, outputEstimator } from '../meter/typical-output.ts'
import { createDenials, type Denials } from './denials.ts'

/** What all tolls of one ledger share in a process. */
export interface Booth {
  /** With a spool: of its own, in memory, where the service brought none. */
  readonly ledger: SpooledLedger
  /** Keeps open reservations alive, and expires dead ones. */
  readonly keeper: ReservationKeeper
  /** What a key's answers from a model have been like. */
  readonly typical: OutputEstimator
  /** What providers have counted of texts that begin alike. */
  readonly sent: SentBefore
  /** Who was denied lately, and how often in a row. */
  readonly denials: Denials
}

const booths = new WeakMap<Ledger, Booth>()

/**
 * The booth of a ledger: stages and clients on the same ledger share one, however many there are.
 *
 * @throws TollgateError `misassembled` without a ledger, which only a program without types can leave out.
 */
export function boothOf(ledger: Ledger): Booth {
  if (!ledger)
    throw misassembled("`ledger` is missing: give one, as in { ledger: sqliteLedger('./tollgate.db') }.")
  const known = booths.get(ledger)
  if (known) return known
  const books = isSpooled(ledger) ? ledger : spooled(ledger)
  const booth: Booth = {
    ledger: books,
    keeper: reservationKeeper({ ledger: books }),
    typical: outputEstimator(),
    sent: sentBefore(),
    denials: createDenials(),
  }
  booths.set(ledger, booth)
  booths.set(books, booth)
  return booth
}
