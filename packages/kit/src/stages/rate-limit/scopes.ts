import type { Granted, GrantView } from '../../access/grant-view.ts'
import { misassembled } from '../../core/errors.ts'
import { accountPath, type Principal } from '../../directory/principal.ts'
import {
  checkRates,
  isLimited,
  type Rates,
  type Scope,
  type Subject,
  type SubjectKind,
} from '../../limits/rates.ts'

/**
 * Whom a request counts for: the same rates for everybody of a kind, or what a function says of a caller and the model it
 * asks for, the closest to it first.
 */
export type RatesFor = Readonly<Partial<Record<SubjectKind, Rates>>> | ScopesOf

export type ScopesOf = (
  principal: Principal,
  model: string | undefined,
) => readonly Scope[] | Promise<readonly Scope[]>

/** @throws TollgateError `misassembled` when a rate is none. */
export function scopesOf(rates: RatesFor): ScopesOf {
  if (typeof rates === 'function') return rates
  for (const [kind, ofKind] of Object.entries(rates)) {
    try {
      checkRates(ofKind)
    } catch (fault) {
      throw misassembled(`rateLimit: of each ${kind}, ${(fault as Error).message}.`)
    }
  }
  return (principal, model) =>
    subjectsOf(principal, model).flatMap((subject) => {
      const ofKind = rates[subject.slice(0, subject.indexOf(':')) as SubjectKind]
      return ofKind && isLimited(ofKind) ? [{ subject, ...ofKind }] : []
    })
}

/** The same, with what callers have been given for a time: a rate that is limited is the higher of the two. */
export function grantedScopes(scopes: ScopesOf, grants: GrantView | undefined): ScopesOf {
  if (!grants) return scopes
  return (principal, model) => {
    const own = scopes(principal, model)
    const granted = grants.of(principal)
    if (!(own instanceof Promise || granted instanceof Promise)) return raised(own, granted)
    return Promise.all([own, granted]).then(([all, found]) => raised(all, found))
  }
}

function raised(scopes: readonly Scope[], { rates }: Granted): readonly Scope[] {
  if (rates.size === 0) return scopes
  return scopes.map((scope) => {
    const more = rates.get(scope.subject)
    return more
      ? {
          ...scope,
          ...higher(scope, more, 'rpm'),
          ...higher(scope, more, 'tpm'),
          ...higher(scope, more, 'concurrency'),
        }
      : scope
  })
}

/** What has no limit needs no higher one. */
function higher(own: Rates, more: Rates, field: keyof Rates): Rates {
  const limit = own[field]
  return limit === undefined ? {} : { [field]: Math.max(limit, more[field] ?? 0) }
}

/** The caller's own accounts, the closest first, and its model. */
function subjectsOf(principal: Principal, model: string | undefined): Subject[] {
  const accounts = accountPath(principal).reverse()
  return model === undefined ? accounts : [...accounts, `model:${model}`]
}

/** Whatever names a caller most closely: who is shut out when it runs away. */
export function callerOf(principal: Principal): Subject {
  const { org, team, project, user, key } = principal
  if (key) return `key:${key}`
  if (user) return `user:${user}`
  if (project) return `project:${project}`
  return team ? `team:${team}` : `org:${org}`
}
