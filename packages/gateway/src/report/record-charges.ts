import type { SpendRow, SqliteAudit } from '@tollgate/kit/audit/sqlite'
import type { Ledger } from '@tollgate/kit/ledger'
import type { Charge, Charges } from './charges.ts'

export interface RecordChargesOptions {
  readonly records: Pick<SqliteAudit, 'spendBy'>
  readonly ledger: Pick<Ledger, 'read'>
  readonly org: string
  readonly timeZone: string
}

const FIELDS = ['team', 'project', 'key', 'model', 'provider'] as const

/** More lines than a report of one month has. */
const MOST_ROWS = 1_000_000

/** Charges from the table of records: by the moment at which a request came, in any time zone. */
export function recordCharges({ records, ledger, org, timeZone }: RecordChargesOptions): Charges {
  return {
    timeZone,
    fields: FIELDS,
    async between(sinceMs, untilMs) {
      const groupBy = ['org', ...FIELDS] as const
      const rows = await records.spendBy({ groupBy, sinceMs, untilMs, limit: MOST_ROWS + 1 })
      if (rows.length > MOST_ROWS)
        throw new Error(`more than ${MOST_ROWS} lines: the records of this span are too many for one report`)
      return rows.filter(({ by }) => by.org === org).flatMap(chargesOf)
    },
    async booked() {
      const [books] = await ledger.read(org, [`org:${org}`])
      return BigInt(books!.spent)
    },
  }
}

function chargesOf({ by, requests, refused, chargedNanoUsd, unconfirmedNanoUsd }: SpendRow): Charge[] {
  const [team = null, project = null, key = null, model = null, provider = null] = FIELDS.map(
    (field) => by[field],
  )
  const to = { team, project, key, model, provider }
  const confirmed = chargedNanoUsd - unconfirmedNanoUsd
  const allowed = requests - refused
  const usage: Charge = { ...to, kind: 'usage', requests: allowed, nanoUsd: confirmed }
  const unconfirmed: Charge = { ...to, kind: 'unconfirmed', requests: 0, nanoUsd: unconfirmedNanoUsd }
  return [
    ...(allowed > 0 || confirmed !== 0n ? [usage] : []),
    ...(unconfirmedNanoUsd !== 0n ? [unconfirmed] : []),
  ]
}
