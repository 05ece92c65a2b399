import type { Deployment } from '../wire/routes.ts'
import type { Closure } from './closure.ts'
import { deploymentId } from './deployment-id.ts'
import { FAILURES, type Failure, isCallersOwn, mayRepeat, RESCUES, type Rescue } from './failure.ts'
import type { HealthBoard } from './health-board.ts'
import type { Retries } from './retries.ts'

/** What to do next with a request. */
export type Step =
  /** Send it there; `despite`: it is shut, and all the others are too. */
  | { readonly go: 'try'; readonly deployment: Deployment; readonly despite?: Closure }
  /** All that are well have their hands full: wait for room there. */
  | { readonly go: 'queue'; readonly deployment: Deployment }
  /** Go through them again, so many ms later. */
  | { readonly go: 'wait'; readonly ms: number }
  /** Nobody is left. */
  | { readonly go: 'stop' }

/** One request's way through the deployments of its route. */
export interface Itinerary {
  next(nowMs: number): Step
  /** It was sent there, and failed. */
  failed(deployment: Deployment, failure: Failure): void
  /** It was not sent there, and will not be: it does not fit the budget, or cannot be said there. */
  skipped(deployment: Deployment): void
}

export interface ItineraryOptions {
  /** In the order that they are to be asked in. */
  readonly deployments: readonly Deployment[]
  readonly health: Pick<HealthBoard, 'closure'>
  readonly retries: Pick<Retries, 'pauseMs' | 'allowOne'>
  readonly startedAtMs: number
  /** Whether a deployment has room for one more call. */
  readonly hasRoom?: (deployment: Deployment) => boolean
  /** About what the call needs, tokens. */
  readonly tokens?: number
  readonly rescues?: readonly Rescue[]
  /** How much a model reads, tokens; undefined where that is not known. */
  readonly windowOf?: (deployment: Deployment) => number | undefined
  /** Told of each deployment that is passed over because it is shut; once. */
  onPassedOver?(deployment: Deployment, closure: Closure): void
}

/** Who may be asked again for the same request, and how it failed. */
interface Again {
  readonly deployment: Deployment
  readonly failure: Failure
}

const NONE: readonly never[] = []

/**
 * Where to go next: what a failure calls for, who is open, and when to begin again. Decides, and does nothing itself.
 *
 * Another deployment is asked at once. The same one is asked again only when all others are through, when its failure
 * passes with time and cost nothing, and as often as retries allow. Where all are shut from the start, the one that opens
 * first is asked all the same; and so are, as retries, those that are only thought to be failing, before a request fails
 * while one of them may be well again.
 */
export function itinerary({
  deployments,
  health,
  retries,
  startedAtMs,
  hasRoom = () => true,
  tokens = 0,
  rescues = RESCUES,
  windowOf = () => undefined,
  onPassedOver = () => {},
}: ItineraryOptions): Itinerary {
  // Lists, since they stay empty for most requests, and have a few entries at the most.
  let done: readonly Deployment[] = NONE
  /** Deployments that failed with one key, and would with another. */
  let down: readonly string[] = NONE
  let avoided: readonly string[] = NONE
  let passedOver: readonly Deployment[] = NONE
  let again: readonly Again[] = NONE
  let leastWindow = 0
  let round = 0
  let asked = false
  let over = false

  const suits = (deployment: Deployment): boolean =>
    !done.includes(deployment) &&
    (down.length === 0 || !down.includes(deploymentId(deployment))) &&
    !avoided.includes(deployment.provider.name) &&
    (leastWindow === 0 || (windowOf(deployment) ?? 0) > leastWindow)

  const passOver = (deployment: Deployment, closure: Closure) => {
    if (passedOver.includes(deployment)) return
    passedOver = [...passedOver, deployment]
    onPassedOver(deployment, closure)
  }

  const beginAgain = (nowMs: number): Step => {
    const waits = again.map(({ deployment, failure: { retryAfterMs = 0 } }) => {
      const untilMs = health.closure(deployment, nowMs, tokens)?.untilMs ?? nowMs
      return Math.max(retryAfterMs, untilMs - nowMs)
    })
    const ms =
      waits.length === 0 ? undefined : retries.pauseMs(round, Math.min(...waits), nowMs - startedAtMs)
    if (ms === undefined) return { go: 'stop' }
    round += 1
    done = done.filter((deployment) => !again.some((each) => each.deployment === deployment))
    again = NONE
    down = NONE
    return { go: 'wait', ms }
  }

  return {
    next(nowMs) {
      if (over) return { go: 'stop' }
      const shut: { deployment: Deployment; closure: Closure }[] = []
      let full: Deployment | undefined
      for (const deployment of deployments) {
        if (!suits(deployment)) continue
        const closure = health.closure(deployment, nowMs, tokens)
        if (closure) shut.push({ deployment, closure })
        else if (hasRoom(deployment)) {
          for (const { deployment, closure } of shut) passOver(deployment, closure)
          return { go: 'try', deployment }
        } else full ??= deployment
      }
      for (const { deployment, closure } of shut) passOver(deployment, closure)
      if (full) return { go: 'queue', deployment: full }
      const [first, ...others] = asked ? shut.filter(({ closure }) => isGuess(closure)) : shut
      if (!first || (asked && !retries.allowOne(nowMs - startedAtMs))) return beginAgain(nowMs)
      const { deployment, closure } = others.reduce(
        (best, other) => (other.closure.untilMs < best.closure.untilMs ? other : best),
        first,
      )
      return { go: 'try', deployment, despite: closure }
    },
    failed(deployment, failure) {
      asked = true
      done = [...done, deployment]
      const { goTo, blames } = FAILURES[failure.kind]
      if (mayRepeat(failure)) again = [...again, { deployment, failure }]
      if (blames === 'deployment') down = [...down, deploymentId(deployment)]
      if (isCallersOwn(failure)) over = !rescues.includes(failure.kind as Rescue)
      if (goTo === 'other-provider') avoided = [...avoided, deployment.provider.name]
      if (goTo === 'larger-model') leastWindow = Math.max(leastWindow, windowOf(deployment) ?? Infinity)
    },
    skipped(deployment) {
      done = [...done, deployment]
    },
  }
}

/** What a breaker says of a deployment is a guess from what was; what a provider says of a key is so. */
function isGuess({ why }: Closure): boolean {
  return why === 'failing' || why === 'probing'
}
