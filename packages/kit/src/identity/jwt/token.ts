import type { JsonObject } from '../../core/json-object.ts'
import { parseObject } from '../../wire/json.ts'
import { scanFields } from '../../wire/json-fields.ts'
import type { Refused } from '../verdict.ts'

/** Three parts in base64url, the first of which begins with a brace: nothing else is a signed token, and no key is one. */
const SIGNED_TOKEN = /^e[w-z0-9_-][\w-]*\.[\w-]*\.[\w-]*$/

export function looksLikeToken(text: string): boolean {
  return SIGNED_TOKEN.test(text)
}

/** What a token says of itself, before anybody has looked at its signature. */
export interface UnverifiedToken {
  readonly header: JsonObject
  readonly claims: JsonObject
}

/**
 * Read a token without believing it: only to know whose keys it is to be verified with. A name that is given twice is
 * refused, as https://www.rfc-editor.org/rfc/rfc7519#section-4 allows: two parsers may disagree about which one counts.
 */
export function readToken(token: string): UnverifiedToken | Refused {
  const [header, claims] = token.split('.', 2).map((part) => uniqueFields(fromBase64Url(part)))
  if (!header || !claims) return { refused: 'its header or its claims are no JSON object with unique names' }
  return { header, claims }
}

function fromBase64Url(part: string): string {
  return Buffer.from(part, 'base64url').toString('utf8')
}

function uniqueFields(text: string): JsonObject | undefined {
  try {
    return scanFields(text).duplicates.size === 0 ? parseObject(text) : undefined
  } catch {
    return undefined
  }
}
