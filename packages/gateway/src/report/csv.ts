/** What a spreadsheet takes for the beginning of a formula, and a line break or tab that may come before one. */
const FORMULA = /^[=+\-@\t\r\n]/

/** An amount is a number, whatever its sign. */
const NUMBER = /^-?\d+(?:\.\d+)?$/

/**
 * Rows as CSV by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), the lines ended by CRLF. A cell that a spreadsheet would
 * run as a formula is text there, by an apostrophe before it, as OWASP advises
 * (https://owasp.org/www-community/attacks/CSV_Injection): a team may be called whatever somebody likes.
 */
export function csv(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')
}

function cellOf(text: string): string {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
