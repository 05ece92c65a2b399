import { atLeast, type Manage, type Operator } from '../manage/manage.ts'
import { denied } from '../manage/refused.ts'
import type { AdminRoute, RouteInput } from './route.ts'

/** Whether an operator's role reaches so far. @throws TollgateError `permission_denied` with the role that it takes. */
export function checkRole({ role: needed }: Pick<AdminRoute, 'role'>, { role }: Operator): void {
  if (!atLeast(role, needed)) throw denied(`This takes the role ${needed}, and you are a ${role}.`)
}

/**
 * Whether what a request touches is an operator's to decide on. A team lead is held to their teams by everything in it, as it
 * is and as it is to become, so that nobody takes a key over from another team, nor gives one away.
 *
 * @returns the revision at which it is, and no other; undefined where it is whatever becomes of it.
 * @throws TollgateError `permission_denied` with whom to ask.
 */
export async function checkTeams(
  { ownership, touched }: Pick<AdminRoute, 'ownership' | 'touched'>,
  operator: Operator,
  manage: Manage,
  request: RouteInput,
): Promise<number | undefined> {
  if (ownership === 'org' || atLeast(operator.role, 'director')) return undefined
  const found = await touched?.(manage, request)
  for (const team of new Set(found?.teams)) {
    if (team === undefined)
      throw denied('This belongs to no team, so that it takes the role director. Name a team of yours.')
    if (!(await operator.leads(team)))
      throw denied(`You do not lead the team ${team}. Ask one of its leads, or a director.`)
  }
  return found?.revision
}
