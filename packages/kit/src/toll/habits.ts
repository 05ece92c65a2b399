import type { Principal } from '../directory/principal.ts'
import type { Deployment } from '../wire/routes.ts'

/** Whose texts are remembered, and where they went: the org's, at a model of a provider, which counts them all alike. */
export function senderOf({ org }: Principal, { provider, model }: Deployment): string {
  return JSON.stringify([org, provider.name, model])
}

/** Whose habits size the minimum: the key's, or whatever names the caller most closely, in its org. */
export function typicalKey(principal: Principal): string {
  const { org, team, project, user, key } = principal
  return `${org} ${key ?? user ?? project ?? team ?? ''}`
}
