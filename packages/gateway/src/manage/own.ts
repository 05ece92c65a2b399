import type { KeyOwner } from '@tollgate/kit/directory'
import { atLeast, type Operator } from './manage.ts'
import { denied } from './refused.ts'

/**
 * Whether somebody is about to say what they may spend, or use, themselves: nobody does, as nobody approves what they have
 * asked for, but for an admin, who could change that as well.
 *
 * @throws TollgateError `permission_denied` with what to do instead.
 */
export function checkNotOwn({ by, role }: Operator, account: string): void {
  if (account !== by || atLeast(role, 'admin')) return
  throw denied('This is your own: somebody else decides. Ask for it by an access request.')
}

/**
 * Whether somebody is about to make a key theirs, or another's that was: what they have approved for a key would be their own,
 * or what is their own somebody else's for as long as it takes to approve it.
 *
 * @throws TollgateError `permission_denied`.
 */
export function checkOwnerStays(
  operator: Operator,
  before: Pick<KeyOwner, 'user'>,
  after: Pick<KeyOwner, 'user'>,
): void {
  if (before.user === after.user) return
  for (const { user } of [before, after]) if (user !== undefined) checkNotOwn(operator, `user:${user}`)
}
