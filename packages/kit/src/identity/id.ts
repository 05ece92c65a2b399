/** As long as the name of an account may be. */
const MAX_LENGTH = 200

/**
 * Whether a text that somebody else has written may name an account: one line, with no space around it, and nothing in it
 * that is not seen. Logs and tables show it, and two that look alike are two accounts.
 */
export function isId(text: string): boolean {
  return text.length >= 1 && text.length <= MAX_LENGTH && text === text.trim() && !UNSEEN.test(text)
}

/** Controls, formats (among them what turns the direction of text), surrogates, private and unassigned characters, line ends. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u
