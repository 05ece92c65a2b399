import { countingRules } from './accounts.ts'
import type { Books } from './books.ts'
import type { Line } from './fit.ts'
import type { Provisioning } from './provision.ts'
import type { Reservation } from './reservations.ts'

export interface Lines {
  /** The budgets that a reservation stands under now. One that was taken away since it was admitted has no say any more. */
  of(reservation: Reservation): Line[]
}

export function linesOfReservations(books: Books, provisioned: Provisioning): Lines {
  return {
    of({ org, counters }) {
      const lines: Line[] = []
      for (const counter of counters) {
        const account = provisioned.find(org, counter.account)
        const rule = account && countingRules(account).find(({ number }) => number === counter.rule)
        if (!rule) continue
        const ended = books.accounts.currentCounter(rule, books.windowNowMs) !== counter
        lines.push({ rule, counter, ended })
      }
      return lines
    },
  }
}
