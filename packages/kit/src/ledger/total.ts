import type { Budget } from './ledger.ts'

/** What every account counts without having been given a limit; `limit` is where the books' arithmetic ends. */
export const TOTAL: Budget = {
  id: 'total',
  metric: 'usd',
  window: 'total',
  timeZone: 'UTC',
  limit: 2 ** 53 - 2 ** 50,
  mode: 'soft',
}
