/** A country, two check digits, and 11 to 30 more, with a space between any two: each match is bounded. */
const CANDIDATE = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/gi
const MIN_LENGTH = 15

/** Whether an account number of ISO 13616 is in a text; words behind it may look like its end. */
export function hasIban(text: string): boolean {
  for (const [found] of text.matchAll(CANDIDATE)) {
    const letters = found.replaceAll(' ', '').toUpperCase()
    for (let length = MIN_LENGTH; length <= letters.length; length += 1)
      if (isIban(letters.slice(0, length))) return true
  }
  return false
}

/** The first four characters behind the others, letters as 10 to 35: the remainder by 97 is 1 (ISO 7064, MOD 97-10). */
function isIban(letters: string): boolean {
  let remainder = 0
  for (const character of letters.slice(4) + letters.slice(0, 4)) {
    const value = Number.parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}
