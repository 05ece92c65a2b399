/** Whom a charge is for, as a report names them; null where there is nobody of that kind. */
export interface ChargedTo {
  readonly team: string | null
  readonly project: string | null
  readonly key: string | null
  readonly model: string | null
  /** Null where several served, and where the store does not tell. */
  readonly provider: string | null
}

/** What one of them was charged in a span. */
export interface Charge extends ChargedTo {
  /** `unconfirmed`: charged because nobody ended a reservation, and confirmed by nobody since. */
  readonly kind: 'usage' | 'unconfirmed'
  /** That were let through. */
  readonly requests: number
  /** Below zero where a charge of an earlier day was lowered. */
  readonly nanoUsd: bigint
}

/** Where charges are read from: the records of a file, or the roll-ups of a Redis. */
export interface Charges {
  /** Whose calendar months are told by. */
  readonly timeZone: string
  /** What a charge can be told by. */
  readonly fields: readonly (keyof ChargedTo)[]
  /** Everything that was charged from one moment up to, not including, another one. */
  between(sinceMs: number, untilMs: number): Promise<readonly Charge[]>
  /** What the books say that the org has been charged, all time. */
  booked(): Promise<bigint>
}
