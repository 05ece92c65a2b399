import type { IncomingMessage } from 'node:http'
import type { Principal } from '../directory/principal.ts'
import type { Authenticate } from './authenticator.ts'
import { type ProjectRules, projectOf } from './project.ts'
import { TAG_SOURCES, type TagSource, tagsIn } from './tags.ts'

export interface AttributionOptions {
  /** What is said of projects; when absent, nobody may name one. */
  readonly projects?: ProjectRules
  /** The headers that tags are read from, those before winning over those behind. */
  readonly tagSources?: readonly TagSource[]
  /** Requests that cost nothing, and for which no project need be named. */
  readonly isFree?: (req: IncomingMessage) => boolean
}

/**
 * Tell for what somebody calls, once it is known who does: the project that the request names, and its tags. A request can
 * narrow what its credential says and never change it: a project joins the accounts that are charged, the tags of a key win.
 *
 * Refuses with `invalid_request` (400): where a team's calls must name a project and this one does not, which project there
 * is not for it, a key that is bound to another, tags that are not what the header takes.
 *
 * @example
 * const authenticate = attributed(authenticatorChain([virtualKeyAuthenticator({ directory, masterKey })]), {
 *   projects: () => ({ required: true, names: ['search', 'support'], has: (id) => id === 'search' || id === 'support' }),
 * })
 * app.use('/v1', authVirtualKey({ authenticate }))
 */
export function attributed(
  authenticate: Authenticate,
  { projects, tagSources = TAG_SOURCES, isFree = () => false }: AttributionOptions = {},
): Authenticate {
  return (req) => {
    const attribute = (caller: Principal): Principal | Promise<Principal> => {
      const tags = tagsIn(req, tagSources)
      const known = tags ? { ...caller, tags: { ...tags, ...caller.tags } } : caller
      return projectOf(req, known, { projects, mayBeNone: isFree(req) })
    }
    const caller = authenticate(req)
    return caller instanceof Promise ? caller.then(attribute) : attribute(caller)
  }
}
