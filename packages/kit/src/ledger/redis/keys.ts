/**
 * Every key of the ledger is made here. All that one command touches carries the org as its hash tag, so that on a
 * Cluster it is in one slot, and one script. What the fields mean is the layout's: another meaning is another number.
 */
export const LAYOUT = 1

/** The keys of one org's books. */
export interface OrgKeys {
  readonly meta: string
  readonly deadlines: string
  readonly unconfirmed: string
  readonly known: string
  readonly adjustments: string
  readonly unbooked: string
  account(id: string): string
  reservation(id: string): string
  /** What was charged on a day, UTC. */
  rollup(nowMs: number): string
}

export interface LedgerKeys {
  /** The set of orgs that have books; in a slot of its own, so no script's. */
  readonly orgs: string
  of(org: string): OrgKeys
}

/**
 * @param prefix stands before every key, for several Tollgates on one Redis.
 * @throws RangeError when it has a brace, which would become the hash tag in place of the org.
 */
export function ledgerKeys(prefix = 'tg'): LedgerKeys {
  if (!/^[^{}\s]{1,64}$/.test(prefix)) {
    throw new RangeError(`"${prefix}" is not a prefix of keys: 1 to 64 characters, no brace and no space`)
  }
  const known = new Map<string, OrgKeys>()
  return {
    orgs: `${prefix}:${LAYOUT}:orgs`,
    of(org) {
      const keys = known.get(org) ?? orgKeys(`${prefix}:${LAYOUT}:{${tagOf(org)}}`)
      known.set(org, keys)
      return keys
    },
  }
}

const DAY_MS = 86_400_000

function orgKeys(books: string): OrgKeys {
  let day = Number.NaN
  let rollup = ''
  return {
    meta: `${books}:meta`,
    deadlines: `${books}:dl`,
    unconfirmed: `${books}:x`,
    known: `${books}:known`,
    adjustments: `${books}:adj`,
    unbooked: `${books}:unbooked`,
    account: (id) => `${books}:a:${id}`,
    reservation: (id) => `${books}:res:${id}`,
    rollup(nowMs) {
      const today = Math.floor(nowMs / DAY_MS)
      if (today !== day) rollup = `${books}:spend:${new Date(nowMs).toISOString().slice(0, 10)}`
      day = today
      return rollup
    },
  }
}

/** A brace inside of the tag would end it, and two keys of one org would be in two slots. */
const tagOf = (org: string): string => org.replace(/[%{}]/g, encodeURIComponent)
