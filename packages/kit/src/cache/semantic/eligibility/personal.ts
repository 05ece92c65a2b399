import { digitRuns } from './digit-runs.ts'
import { hasIban } from './iban.ts'
import { passesLuhn } from './luhn.ts'
import type { Subject } from './subject.ts'

/** As much of an address as tells it from other things with an at sign in them; every piece is bounded. */
const EMAIL = /[\p{L}\p{N}_%+-]@[\p{L}\p{N}-]{1,63}\.[\p{L}\p{N}]/u
/** Digits and the letters of hexadecimal, in groups or without. */
const LONG_ID = /[0-9a-f]{8}-[0-9a-f]{4}-|[0-9a-f]{16}/i
const LONG_DIGITS = 9

/**
 * Whether a text may tell of somebody: an address, a telephone number, a card, a bank account, a customer's number. Its
 * answer is then nobody else's. Where only that user would get it, there is nobody else.
 */
export function tellsOfSomebody({ text, isPrivate }: Subject): boolean {
  if (isPrivate) return false
  return EMAIL.test(text) || LONG_ID.test(text) || hasIban(text) || digitRuns(text).some(isSomebodys)
}

function isSomebodys({ digits, hasPlus, groups }: ReturnType<typeof digitRuns>[number]): boolean {
  const { length } = digits
  if (length >= 13 && length <= 19 && passesLuhn(digits)) return true
  if (length >= 8 && length <= 15 && (hasPlus || digits.startsWith('0') || groups > 1)) return true
  return length >= LONG_DIGITS && groups === 1
}
