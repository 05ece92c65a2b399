import {
  checkAdjust,
  checkExtend,
  checkHeartbeat,
  checkId,
  checkPage,
  checkProvision,
  checkRaiseBudget,
  checkRead,
  checkReserve,
  checkSettle,
} from './check.ts'
import type { Ledger } from './ledger.ts'

/** A ledger that rejects what is no command, before its books hear of it: see `check.ts`. */
export function checked(ledger: Ledger): Ledger {
  return {
    ...ledger,
    async provision(org, account, budgets) {
      checkProvision(org, account, budgets)
      return ledger.provision(org, account, budgets)
    },
    async raise(command) {
      checkRaiseBudget(command)
      return ledger.raise(command)
    },
    async budgetsOf(org, accounts) {
      checkRead(org, accounts)
      return ledger.budgetsOf(org, accounts)
    },
    async reserve(command) {
      checkReserve(command)
      return ledger.reserve(command)
    },
    async extend(command) {
      checkExtend(command)
      return ledger.extend(command)
    },
    async heartbeat(org, beats, ttlMs) {
      checkHeartbeat(org, beats, ttlMs)
      return ledger.heartbeat(org, beats, ttlMs)
    },
    async settle(command) {
      checkSettle(command)
      return ledger.settle(command)
    },
    async release(org, id) {
      checkId(org, id)
      return ledger.release(org, id)
    },
    async adjust(command) {
      checkAdjust(command)
      return ledger.adjust(command)
    },
    async accounts(org, page) {
      if (page) checkPage(org, page)
      return ledger.accounts(org, page)
    },
    async read(org, accounts) {
      checkRead(org, accounts)
      return ledger.read(org, accounts)
    },
  }
}
