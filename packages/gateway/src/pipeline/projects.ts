import type { IncomingMessage } from 'node:http'
import type { RecordCache } from '@tollgate/kit/access'
import type { CallersProjects, ProjectRules } from '@tollgate/kit/identity'
import type { Config } from '../config/index.ts'

/**
 * Which projects a caller may name, and whether it must: as the config says of its team, or the directory does. A project of
 * the directory that names no team is everybody's.
 */
export function projectRules(
  { teams }: Pick<Config, 'teams'>,
  cache: Pick<RecordCache, 'one'>,
): ProjectRules {
  const stated = new Map(teams.map((team) => [team.id, team]))
  return ({ org, team }) => {
    const { projects = [], projectRequired = false } = stated.get(team ?? '') ?? {}
    const known = (required: boolean): CallersProjects => ({
      required,
      names: projects,
      has: (project) => projects.includes(project) || inDirectory(cache, org, team, project),
    })
    if (projectRequired || team === undefined) return known(projectRequired)
    const kept = cache.one('team', org, team)
    return kept instanceof Promise
      ? kept.then((found) => known(found?.value.projectRequired === true))
      : known(kept?.value.projectRequired === true)
  }
}

function inDirectory(
  cache: Pick<RecordCache, 'one'>,
  org: string,
  team: string | undefined,
  project: string,
): boolean | Promise<boolean> {
  const isTheirs = (found: { readonly value: { readonly team?: string } } | undefined) =>
    found !== undefined && (found.value.team === undefined || found.value.team === team)
  const kept = cache.one('project', org, project)
  return kept instanceof Promise ? kept.then(isTheirs) : isTheirs(kept)
}

const OWN = /^\/(?:v1\/models(?:\/|$)|tollgate\/me$)/

/** What the gateway answers itself needs no project: a client that lists its models does not have one to name yet. */
export function isOwnAnswer({ method, url = '' }: IncomingMessage): boolean {
  return method === 'GET' && OWN.test(url.split('?', 1)[0]!)
}
