import type { Invalidation } from '@tollgate/kit/cache'
import { isAccountId } from '@tollgate/kit/ledger'
import { invalid } from './refused.ts'

/** Which answers are to be forgotten: one of these. */
export interface NamedAnswers {
  readonly everything?: true | undefined
  readonly model?: string | undefined
  readonly account?: string | undefined
  readonly tag?: string | undefined
}

/** What a cache has to forget for that. @throws TollgateError `invalid_request` unless it names one thing. */
export function invalidationsOf(org: string, named: NamedAnswers): readonly Invalidation[] {
  const { everything, model, account, tag } = named
  if (Object.values(named).filter((value) => value !== undefined).length !== 1)
    throw invalid('body', 'Name one of everything, model, account and tag.')
  if (everything) return [{ what: 'everything' }]
  if (model !== undefined) return [{ what: 'model', model }]
  // What everybody shares is no org's.
  if (tag !== undefined) return [org, ''].map((of) => ({ what: 'tag', org: of, tag }))
  if (account !== undefined && isAccountId(account)) return [{ what: 'scope', org, account }]
  throw invalid('account', '`account` is no account: write team:marketing or user:ada, for instance.')
}
