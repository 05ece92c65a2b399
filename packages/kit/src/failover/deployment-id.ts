import type { Deployment } from '../wire/routes.ts'

/** A model at a provider, whichever key it is asked with: what breaks together. */
export function deploymentId({ provider, model }: Deployment): string {
  return `${provider.name}/${model}`
}

/** That with its key, where there are several: what a rate limit counts. */
export function seatId(deployment: Deployment): string {
  const id = deploymentId(deployment)
  return deployment.key === undefined ? id : `${id}#${deployment.key}`
}

/** A provider's key: what is paid for, and accepted or not. */
export function keyId({ provider, key = '1' }: Deployment): string {
  return `${provider.name}#${key}`
}
