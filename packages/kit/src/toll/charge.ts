import { MAX_AMOUNT, type NanoUsd, nanoUsd } from '../core/money.ts'
import type { Amounts, Basis } from '../ledger/ledger.ts'
import { costOf, type Price } from '../meter/price.ts'
import type { UsedUnits } from '../wire/passage/meter.ts'
import { addUsage, totalTokens, type Usage } from '../wire/usage.ts'

/** What one request is charged, and how that is known. */
export interface Charge {
  readonly nanoUsd: NanoUsd
  readonly tokens: number
  readonly basis: Basis
  /** Absent where an amount was told, or what was reserved was charged. */
  readonly usage?: Usage
  /** What its meter counted, of what is paid by another unit than tokens. */
  readonly units?: UsedUnits
}

/** The charge of a usage at a price; of other models that worked on the same call, at theirs. */
export function chargeOf(
  usage: Usage,
  price: Price,
  basis: Basis,
  priceOfOther?: (model: string) => Price,
): Charge {
  const tokens = Math.min(totalTokens(usage), MAX_AMOUNT)
  return { nanoUsd: costOf(usage, price, priceOfOther), tokens, basis, usage }
}

/** Two charges of one request: several provider calls, or a failed attempt before the one that answered. */
export function addCharges(a: Charge, b: Charge): Charge {
  return {
    nanoUsd: nanoUsd(Math.min(a.nanoUsd + b.nanoUsd, MAX_AMOUNT)),
    tokens: a.tokens + b.tokens,
    basis: a.basis === 'exact' && b.basis === 'exact' ? 'exact' : 'estimated',
    ...usageOf(a.usage && b.usage ? addUsage(a.usage, b.usage) : (a.usage ?? b.usage)),
    ...unitsOf(a.units && b.units ? addUnits(a.units, b.units) : (a.units ?? b.units)),
  }
}

/** A charge that may still grow, and is never under what is charged already: an estimate, until the end makes it exact. */
export function atLeast(floor: Charge | undefined, charge: Charge): Charge {
  return {
    nanoUsd: nanoUsd(Math.max(floor?.nanoUsd ?? 0, charge.nanoUsd)),
    tokens: Math.max(floor?.tokens ?? 0, charge.tokens),
    basis: 'estimated',
    ...usageOf(charge.usage),
    ...unitsOf(charge.units),
  }
}

function usageOf(usage: Usage | undefined): { readonly usage?: Usage } {
  return usage ? { usage } : {}
}

/** Of two units there is no sum: then none is told. */
function addUnits(a: UsedUnits, b: UsedUnits): UsedUnits | undefined {
  if (a.unit !== b.unit) return undefined
  return { unit: a.unit, thousandths: Math.min(a.thousandths + b.thousandths, MAX_AMOUNT) }
}

function unitsOf(units: UsedUnits | undefined): { readonly units?: UsedUnits } {
  return units ? { units } : {}
}

/** A charge as the ledger's totals. */
export function amountsOf({ nanoUsd, tokens }: Charge): Amounts {
  return { usd: nanoUsd, tokens, requests: 1 }
}
