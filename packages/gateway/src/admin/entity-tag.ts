import type { IncomingMessage } from 'node:http'
import { invalid } from '../manage/refused.ts'

/** A revision as an entity tag. https://www.rfc-editor.org/rfc/rfc9110#field.etag */
export function entityTag(revision: number): string {
  return `"${revision}"`
}

/** The revision that `If-Match` names; undefined where it names none, or any. @throws TollgateError when it is no revision. */
export function ifMatch({ headers }: Pick<IncomingMessage, 'headers'>): number | undefined {
  const text = headers['if-match']
  if (text === undefined || text === '*') return undefined
  const revision = /^"(\d{1,15})"$/.exec(text)?.[1]
  if (revision !== undefined) return Number(revision)
  throw invalid('if-match', 'If-Match must be the etag of an answer, with its quotes.')
}
