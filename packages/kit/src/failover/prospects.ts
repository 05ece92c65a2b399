import type { Deployment } from '../wire/routes.ts'
import { deploymentId } from './deployment-id.ts'
import { FAILURES, type Failure, isCallersOwn, mayRepeat, type Rescue } from './failure.ts'

/** Who may be asked again for the same request, and how it failed. */
export interface Again {
  readonly deployment: Deployment
  readonly failure: Failure
}

/** What the failures of one request leave of its route. */
export interface Prospects {
  /** Somebody has been asked. */
  asked: boolean
  /** The request itself is at fault, and nobody can mend that. */
  over: boolean
  /** Asked, or not to be. */
  done: readonly Deployment[]
  /** Deployments that failed with one key, and would with another. */
  down: readonly string[]
  /** Providers whose filter has struck. */
  avoided: readonly string[]
  /** How much the largest model reads that it was too long for, tokens; 0 where it was for none. */
  leastWindow: number
  again: readonly Again[]
}

/** By which rules a failure is read. */
export interface ProspectRules {
  readonly rescues: readonly Rescue[]
  /** How much a model reads, tokens; undefined where that is not known. */
  readonly windowOf: (deployment: Deployment) => number | undefined
}

const NONE: readonly never[] = []

/** Before anybody has been asked. Lists, since they stay empty for most requests, and have a few entries at the most. */
export function allProspects(): Prospects {
  return { asked: false, over: false, done: NONE, down: NONE, avoided: NONE, leastWindow: 0, again: NONE }
}

/** Whether a deployment may still do better than those that have failed. */
export function isLeft(
  { done, down, avoided, leastWindow }: Prospects,
  deployment: Deployment,
  { windowOf }: ProspectRules,
): boolean {
  return (
    !done.includes(deployment) &&
    (down.length === 0 || !down.includes(deploymentId(deployment))) &&
    !avoided.includes(deployment.provider.name) &&
    (leastWindow === 0 || (windowOf(deployment) ?? 0) > leastWindow)
  )
}

/** It was sent there, and failed. */
export function afterFailure(
  prospects: Prospects,
  { deployment, failure }: Again,
  { rescues, windowOf }: ProspectRules,
): void {
  const { goTo, blames } = FAILURES[failure.kind]
  prospects.asked = true
  prospects.done = [...prospects.done, deployment]
  if (mayRepeat(failure)) prospects.again = [...prospects.again, { deployment, failure }]
  if (blames === 'deployment') prospects.down = [...prospects.down, deploymentId(deployment)]
  if (isCallersOwn(failure)) prospects.over = !rescues.includes(failure.kind as Rescue)
  if (goTo === 'other-provider') prospects.avoided = [...prospects.avoided, deployment.provider.name]
  if (goTo === 'larger-model')
    prospects.leastWindow = Math.max(prospects.leastWindow, windowOf(deployment) ?? Infinity)
}

/** A moment later: those whose failure passes are asked again. */
export function renew(prospects: Prospects): void {
  const { done, again } = prospects
  prospects.done = done.filter((deployment) => !again.some((each) => each.deployment === deployment))
  prospects.again = NONE
  prospects.down = NONE
}
