import type { Principal } from '../directory/principal.ts'

/** What comes of a credential: whose it is, or a refusal. */
export type Verdict = Principal | Refused

/** A credential that is not taken. */
export interface Refused {
  /** Why, for the log alone: a client is never told which check it has failed. */
  readonly refused: string
}

export function isRefused(verdict: object): verdict is Refused {
  return 'refused' in verdict
}
