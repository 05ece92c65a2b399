import { LRUCache } from 'lru-cache'
import type { Deployment, Provider } from '../wire/routes.ts'

/** What the parts of a route are known by, to whoever keeps something about them. */
export interface DeploymentIds {
  /** A model at a provider, whichever key it is asked with: what breaks together. */
  readonly deployment: string
  /** That with its key, where there are several: what a rate limit counts. */
  readonly seat: string
  /** A provider's key: what is paid for, and accepted or not. */
  readonly key: string
}

/** A model's name may be the client's own choice: only so many are remembered for each provider. */
const MAX_REMEMBERED = 2_000

/** Made once for each: a request asks for them a dozen times. */
const remembered = new WeakMap<Provider, LRUCache<string, Remembered>>()

interface Remembered extends DeploymentIds {
  readonly of: string | undefined
}

export function idsOf({ provider, model, key }: Deployment): DeploymentIds {
  let byModel = remembered.get(provider)
  if (!byModel) {
    byModel = new LRUCache({ max: MAX_REMEMBERED })
    remembered.set(provider, byModel)
  }
  const known = byModel.get(model)
  if (known && known.of === key) return known
  const deployment = `${provider.name}/${model}`
  const ids = {
    of: key,
    deployment,
    seat: key === undefined ? deployment : `${deployment}#${key}`,
    key: `${provider.name}#${key ?? '1'}`,
  }
  byModel.set(model, ids)
  return ids
}

/** `openai/gpt-4o`. */
export function deploymentId(deployment: Deployment): string {
  return idsOf(deployment).deployment
}
