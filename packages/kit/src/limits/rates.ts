/** Who or what a limit is on: an account, or a model, or a family of models, of the org. */
export type Subject = `${SubjectKind}:${string}`
export type SubjectKind = 'org' | 'team' | 'project' | 'user' | 'key' | 'model'

/** How fast somebody may go on; what is absent has no limit. Whole numbers from 1. */
export interface Rates {
  /** Requests a minute: in any window of a minute that begins with a request. */
  readonly rpm?: number
  /** Tokens a minute, input and output: they run out over a minute as evenly as water. */
  readonly tpm?: number
  /** Requests at the same time. */
  readonly concurrency?: number
}

/** One thing that limits a request. */
export interface Scope extends Rates {
  readonly subject: Subject
}

/** What is counted: requests and tokens by the minute, and what runs. */
export type RateMetric = 'requests' | 'tokens' | 'concurrency'

/** More than any provider serves, and little enough for whole numbers in all sums. */
export const MAX_RATE = 1_000_000_000

const FIELDS = ['rpm', 'tpm', 'concurrency'] as const

/** Rates that can be held to. @throws RangeError that names the one which cannot. */
export function checkRates(rates: Rates): Rates {
  for (const field of FIELDS) {
    const rate = rates[field]
    if (rate !== undefined && (!Number.isInteger(rate) || rate < 1 || rate > MAX_RATE)) {
      throw new RangeError(`${field} is ${rate}: a rate is a whole number from 1 to ${MAX_RATE}`)
    }
  }
  return rates
}

/** Whether anything is limited at all. */
export function isLimited(rates: Rates): boolean {
  return FIELDS.some((field) => rates[field] !== undefined)
}

/** A subject of an org as one name; the length first, so that no two of them are spelt alike. */
export function nameOf(org: string, subject: string): string {
  return `${org.length} ${org} ${subject}`
}
