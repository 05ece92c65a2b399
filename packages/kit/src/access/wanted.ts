import { MAX_AMOUNT } from '../core/money.ts'
import type { Wanted } from '../directory/records.ts'
import { MAX_RATE } from '../limits/rates.ts'
import { modelPattern } from '../wire/model-pattern.ts'

/** A minute: shorter is over before anybody has read of it. */
const SHORTEST_MS = 60_000
/** A year and a day: what lasts longer is no exception, and belongs into a tier or a budget. */
const LONGEST_MS = 366 * 86_400_000
const MAX_MODELS = 50
const MAX_REASON_LENGTH = 1_000

export interface Terms extends Wanted {
  readonly reason: string
  /** How long it is to last, ms. */
  readonly lastsMs: number
}

/** What is wrong with what somebody wants, as a sentence; undefined when nothing is. */
export function faultIn({ models, tier, raise, rates, reason, lastsMs }: Terms): string | undefined {
  if (!models && tier === undefined && !raise && !rates) {
    return 'Name what is wanted: models, a tier, more money, or higher rates.'
  }
  if (models && (models.length < 1 || models.length > MAX_MODELS)) {
    return `Name 1 to ${MAX_MODELS} models.`
  }
  const noPattern = models?.find((model) => !isPattern(model))
  if (noPattern !== undefined) return `"${noPattern}" is no pattern of model names.`
  if (raise && !isCount(raise.nanoUsd, MAX_AMOUNT)) {
    return `${raise.nanoUsd} nano-USD is no amount of money to add to a budget.`
  }
  const noRate = Object.entries(rates ?? {}).find(([, rate]) => !isCount(rate, MAX_RATE))
  if (noRate) return `${noRate[1]} is no rate: ${noRate[0]} is a whole number from 1.`
  if (rates && Object.keys(rates).length === 0) return 'Name a rate: rpm, tpm or concurrency.'
  if (reason.trim() === '' || reason.length > MAX_REASON_LENGTH) {
    return `Say why, in 1 to ${MAX_REASON_LENGTH} characters: whoever decides reads it.`
  }
  return durationFault(lastsMs)
}

/** What is wrong with how long something is to last, as a sentence; undefined when nothing is. */
export function durationFault(lastsMs: number): string | undefined {
  if (Number.isSafeInteger(lastsMs) && lastsMs >= SHORTEST_MS && lastsMs <= LONGEST_MS) return undefined
  return 'It is to last from a minute to 366 days.'
}

function isPattern(text: string): boolean {
  try {
    modelPattern(text)
    return true
  } catch {
    return false
  }
}

function isCount(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most
}
