import type { IncomingMessage } from 'node:http'
import { TollgateError } from '../core/errors.ts'
import type { Principal } from '../directory/principal.ts'
import { readable } from '../directory/readable.ts'
import { isId } from './id.ts'

/** What is said of the projects of one caller. */
export interface CallersProjects {
  /** Whether each of its calls must say which one it is for. */
  readonly required: boolean
  /** Some that it may name, for a refusal to tell. */
  readonly names?: readonly string[]
  has(project: string): boolean | Promise<boolean>
}

/** Tells what is said of a caller's projects: of its team's, as a rule. */
export type ProjectRules = (caller: Principal) => CallersProjects | Promise<CallersProjects>

export interface ProjectOptions {
  readonly projects: ProjectRules | undefined
  /** The request costs nothing: it may leave out what is required. */
  readonly mayBeNone: boolean
}

/** Names the project that a request is for. */
export const PROJECT_HEADER = 'x-tollgate-project'

/**
 * The caller with the project that its request names.
 *
 * @throws TollgateError `invalid_request`; `ledger_unavailable` when what is said of projects cannot be read: fails closed.
 */
export function projectOf(
  req: IncomingMessage,
  caller: Principal,
  { projects, mayBeNone }: ProjectOptions,
): Principal | Promise<Principal> {
  const named = headerOf(req)
  if (caller.project !== undefined) {
    if (named === undefined || named === caller.project) return caller
    throw wrong(
      `This key is bound to project ${caller.project}. Leave \`${PROJECT_HEADER}\` out, or ask for a key of the other project.`,
    )
  }
  const rules = projects ? readable(() => projects(caller)) : NONE
  const hold = (found: CallersProjects) => held(caller, named, found, mayBeNone)
  return rules instanceof Promise ? rules.then(hold) : hold(rules)
}

const NONE: CallersProjects = { required: false, has: () => false }

function held(
  caller: Principal,
  named: string | undefined,
  rules: CallersProjects,
  mayBeNone: boolean,
): Principal | Promise<Principal> {
  if (named === undefined) {
    if (!rules.required || mayBeNone) return caller
    throw wrong(
      `${whose(caller)} calls say which project they are for. Send the header \`${PROJECT_HEADER}: <id>\`${oneOf(rules)}, or use a key that is bound to a project.`,
    )
  }
  const admit = (isTheirs: boolean): Principal => {
    if (isTheirs) return { ...caller, project: named }
    throw wrong(
      `There is no project "${named}" for ${caller.team === undefined ? 'this caller' : `team ${caller.team}`}. Name another in \`${PROJECT_HEADER}\`${oneOf(rules)}, or ask your administrator for it.`,
    )
  }
  const isTheirs = isId(named) && readable(() => rules.has(named))
  return isTheirs instanceof Promise ? isTheirs.then(admit) : admit(isTheirs)
}

function whose({ team }: Principal): string {
  return team === undefined ? 'These' : `Team ${team}’s`
}

/** More are not listed in a refusal. */
const MOST_LISTED = 10

function oneOf({ names = [] }: CallersProjects): string {
  return names.length === 0 || names.length > MOST_LISTED ? '' : ` (one of ${names.join(', ')})`
}

/** @throws TollgateError when there are several: which one counts would be a guess. */
function headerOf({ headers }: IncomingMessage): string | undefined {
  const value = headers[PROJECT_HEADER]
  if (value === undefined) return undefined
  // Node joins headers that came twice; no id has a comma and a space behind it.
  const text = String(value).trim()
  if (text !== '' && !text.includes(', ')) return text
  throw wrong(`\`${PROJECT_HEADER}\` names one project.`)
}

function wrong(message: string): TollgateError {
  return new TollgateError('invalid_request', { param: PROJECT_HEADER, message })
}
