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
