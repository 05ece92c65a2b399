import { type AccessDesk, accessDesk, type Party } from '@tollgate/kit/access'
import { TollgateError } from '@tollgate/kit/core'
import type { Kept } from '@tollgate/kit/directory'
import type { Manage, Operator } from './manage.ts'
import { type Page, type PageQuery, pageOf } from './page.ts'
import { changedMeanwhile, denied, notFound } from './refused.ts'

/** The desk of an org, where access is asked for and given. */
export function deskOf({
  directory,
  ledger,
  clock,
}: Pick<Manage, 'directory' | 'ledger' | 'clock'>): AccessDesk {
  const { records } = directory
  const keyOwner = async (org: string, id: string) => {
    const key = await directory.getKey(id)
    return key?.org === org ? key : undefined
  }
  return accessDesk({ records, ledger, keyOwner, clock })
}

/**
 * Who an operator is at the desk: a person, or whoever may do everything.
 *
 * @throws TollgateError `permission_denied` for a token that may do less: what was given, and why, is for a name to answer for.
 */
export function partyOf({ by, role }: Operator): Party {
  if (by.startsWith('user:')) return { user: by.slice('user:'.length) }
  if (role === 'admin') return { admin: true, name: by }
  throw denied('Access is asked for and decided on by people, and by admins: sign in with your own token.')
}

type Asked = 'access_request' | 'grant'
const NOUNS: Readonly<Record<Asked, string>> = { access_request: 'access request', grant: 'grant' }

export function listAsked<Kind extends Asked>(
  { directory: { records }, org }: Manage,
  kind: Kind,
  page: PageQuery,
): Promise<Page<Kept<Kind>>> {
  return pageOf(
    page,
    (after, limit) => records.list(kind, org, { limit, ...(after !== undefined && { after }) }),
    ({ id }) => id,
  )
}

export async function getAsked<Kind extends Asked>(
  { directory: { records }, org }: Manage,
  kind: Kind,
  id: string,
): Promise<Kept<Kind>> {
  const kept = await records.get(kind, org, id)
  if (!kept) throw notFound(NOUNS[kind], id)
  return kept
}

/** What the desk answers where it does nothing. */
type Undone =
  | { readonly status: 'unknown' }
  | { readonly status: 'decided' | 'conflict'; readonly request: Kept<'access_request'> }
  | { readonly status: 'moved'; readonly revision: number }
  | { readonly status: 'forbidden' | 'invalid' | 'no_account'; readonly text: string }

/** What the desk has done. @throws TollgateError where it has not. */
export function done<Result extends { readonly status: string }>(
  result: Result,
  noun: string,
  id: string,
): Exclude<Result, Undone> {
  const undone = result as Result | Undone
  switch (undone.status) {
    case 'unknown':
      throw notFound(noun, id)
    case 'forbidden':
      throw denied((undone as Extract<Undone, { text: string }>).text)
    case 'no_account':
      throw new TollgateError('not_found', {
        param: 'account',
        message: (undone as Extract<Undone, { text: string }>).text,
      })
    case 'invalid':
      throw new TollgateError('invalid_request', {
        message: (undone as Extract<Undone, { text: string }>).text,
      })
    case 'moved':
      throw changedMeanwhile(noun, id, (undone as Extract<Undone, { revision: number }>).revision)
    case 'decided':
      throw new TollgateError('conflict', { message: `The ${noun} ${id} is not open any more.` })
    case 'conflict':
      throw new TollgateError('conflict', { message: `There is another ${noun} ${id}: choose another id.` })
    default:
      return result as Exclude<Result, Undone>
  }
}
