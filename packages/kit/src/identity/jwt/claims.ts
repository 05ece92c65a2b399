import { isObject, type JsonObject } from '../../core/json-object.ts'
import { type Identity, principalOf } from '../../directory/identity.ts'
import { isId } from '../id.ts'
import type { Refused, Verdict } from '../verdict.ts'

/** Where a part of a principal comes from: stated, or from a claim. */
export type ClaimSource = { readonly value: string } | ClaimRule

export interface ClaimRule {
  /** The name of a claim, letter by letter; a list is a path into nested ones, `['realm_access', 'roles']`. */
  readonly claim: string | readonly string[]
  /**
   * What each value of the claim stands for. Of a claim that is a list, the first entry of the table counts that is in it. A
   * value that the table does not name stands for nothing.
   */
  readonly table?: Readonly<Record<string, string>>
  /** Before what the claim says, so that users of one issuer are none of another's. */
  readonly prefix?: string
  /** Where the claim is absent, or its value stands for nothing; without it such a token is refused. */
  readonly otherwise?: string
}

/** Who the bearer of a token is. */
export interface ClaimMapping {
  readonly org?: ClaimSource
  readonly team?: ClaimSource
  readonly project?: ClaimSource
  readonly user?: ClaimSource
  readonly tags?: Readonly<Record<string, ClaimSource>>
}

/** The bearer is the user that the token is about. */
export const SUBJECT: ClaimMapping = { user: { claim: 'sub' } }

/** @throws RangeError when it makes a principal of no token, or states what is no id. */
export function checkMapping({ tags = {}, ...mapping }: ClaimMapping): void {
  const stated = Object.values({ ...mapping, ...tags }).flatMap((source) =>
    'value' in source ? source.value : [source.otherwise ?? [], Object.values(source.table ?? {})].flat(),
  )
  const wrong = stated.find((value) => !isId(value))
  if (wrong !== undefined) throw new RangeError(`${JSON.stringify(wrong)} is no id`)
  if (!mapping.team && !mapping.project && !mapping.user) {
    throw new RangeError('a mapping of claims gives at least one of team, project and user')
  }
}

/** The principal that claims make; refused when one is missing, or is no id. */
export function principalOfClaims(claims: JsonObject, { tags = {}, ...mapping }: ClaimMapping): Verdict {
  const identity: Record<string, string> = {}
  for (const [field, source] of Object.entries(mapping)) {
    const value = told(claims, source)
    if (typeof value !== 'string') return { refused: `${field}: ${value.refused}` }
    identity[field] = value
  }
  const tagged: Record<string, string> = {}
  for (const [tag, source] of Object.entries(tags)) {
    const value = told(claims, source)
    if (typeof value !== 'string') return { refused: `tag ${tag}: ${value.refused}` }
    tagged[tag] = value
  }
  return principalOf({ ...identity, ...(Object.keys(tags).length > 0 && { tags: tagged }) } as Identity)
}

function told(claims: JsonObject, source: ClaimSource): string | Refused {
  if ('value' in source) return source.value
  const { claim, table, prefix = '', otherwise } = source
  const said = claimAt(claims, typeof claim === 'string' ? [claim] : claim)
  const value = table ? lookedUp(said, table) : scalar(said)
  if (value === undefined) {
    return otherwise ?? { refused: `the claim ${[claim].flat().join('.')} is absent, or stands for nothing` }
  }
  const id = prefix + value
  return isId(id) ? id : { refused: `the claim ${[claim].flat().join('.')} is no id` }
}

function claimAt(claims: JsonObject, path: readonly string[]): unknown {
  let value: unknown = claims
  for (const name of path) value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return value
}

function lookedUp(said: unknown, table: Readonly<Record<string, string>>): string | undefined {
  const values = new Set((Array.isArray(said) ? said : [said]).map(scalar))
  const entry = Object.entries(table).find(([name]) => values.has(name))
  return entry?.[1]
}

/** A claim that is one value, as text; nothing else can be an id. */
function scalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return Number.isSafeInteger(value) || typeof value === 'boolean' ? String(value) : undefined
}
