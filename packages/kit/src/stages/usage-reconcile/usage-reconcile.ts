import { type Clock, systemClock } from '../../core/clock.ts'
import { misassembled } from '../../core/errors.ts'
import { defineStage, type Stage } from '../../core/stage.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { boothOf } from '../../toll/booth.ts'
import { chargeOn } from '../../toll/toll.ts'
import { tollSlot } from '../budget-reserve/slots.ts'
import { settleAtClose } from './settle.ts'
import { charge } from './slots.ts'
import { watchAnswer } from './watch-answer.ts'

export interface UsageReconcileOptions {
  /** The ledger of the budget-reserve before it; only to catch a mix-up of two ledgers. */
  readonly ledger?: Ledger
  /**
   * What is mounted behind forwards a provider's own answers, as a proxy does: a status outside 2xx then costs nothing,
   * except 502 and 504, which a proxy answers with when it has lost a provider that may have been paid; and a stream that
   * is cut is charged for what came. A handler with work of its own leaves this off.
   */
  readonly transparent?: boolean
  readonly clock?: Clock
}

/**
 * Settle what a request really cost, and give the rest back. Reads the usage in whatever answer passes, JSON or a
 * stream, from our own failover, from a proxy, or from a handler of the team's own; what a handler tells by
 * `usage.add` wins. A handler that ran and told nothing is charged what was reserved.
 *
 * Refuses nothing. A settle that the books do not take leaves the reservation to expire: charged, unconfirmed.
 *
 * @example
 * app.use('/chat', budgetReserve({ ledger }), usageReconcile())
 */
export const usageReconcile = ({
  ledger,
  transparent = false,
  clock = systemClock,
}: UsageReconcileOptions = {}): Stage<'reservation', 'charge', 'usage-reconcile'> =>
  defineStage({
    name: 'usage-reconcile',
    needs: [tollSlot],
    gives: [charge],
    handle: function usageReconcile(req, res) {
      const toll = tollSlot.get(req)
      if (!toll) return
      if (ledger && boothOf(ledger) !== toll.booth) {
        throw misassembled(
          'usage-reconcile and budget-reserve were given two different ledgers. Give both the same.',
        )
      }
      // From here on a handler may call a provider without saying so, and unknown counts as sent.
      toll.sentAtMs = clock.now()
      toll.proxied = transparent
      watchAnswer(req, res, toll)
    },
    settle: async function usageReconcile(req, res, outcome) {
      const toll = tollSlot.peek(req)
      if (toll) await settleAtClose(req, res, toll, outcome, clock)
      charge.set(req, toll && chargeOn(toll))
    },
  })
