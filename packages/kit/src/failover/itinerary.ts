import type { Deployment } from '../wire/routes.ts'
import type { Closure } from './closure.ts'
import { type Failure, RESCUES, type Rescue } from './failure.ts'
import type { HealthBoard } from './health-board.ts'
import { afterFailure, allProspects, isLeft, type ProspectRules, type Prospects, renew } from './prospects.ts'
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

export interface ItineraryOptions extends Partial<Pick<ProspectRules, 'windowOf'>> {
  /** In the order that they are to be asked in. */
  readonly deployments: readonly Deployment[]
  readonly health: Pick<HealthBoard, 'closure' | 'failingAtMs'>
  readonly retries: Pick<Retries, 'pauseMs' | 'allowOne'>
  readonly startedAtMs: number
  /** Whether a deployment has room for one more call. */
  readonly hasRoom?: (deployment: Deployment) => boolean
  /** About what the call needs, tokens. */
  readonly tokens?: number
  /** Which of the request's own failures another deployment may mend; all of those that one can by default. */
  readonly rescues?: readonly Rescue[] | undefined
  /** Told of each deployment that is passed over because it is shut; once. */
  onPassedOver?(deployment: Deployment, closure: Closure): void
}

/**
 * Where to go next: what a failure calls for, who is open, and when to begin again. Decides, and does nothing itself.
 *
 * Another deployment is asked at once. The same one is asked again only when all others are through, when its failure
 * passes with time and cost nothing, and as often as retries allow. Where all are shut from the start, one is asked all the
 * same: of those that are only thought to be failing the one that was last seen to fail the longest ago, else the one that opens
 * first.
 * The former are asked as retries too, before a request fails while one of them may be well again.
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
  const way: Way = {
    deployments,
    health,
    retries,
    startedAtMs,
    hasRoom,
    tokens,
    rescues,
    windowOf,
    onPassedOver,
    prospects: allProspects(),
    passedOver: NONE,
    round: 0,
  }
  return {
    next: (nowMs) => nextStep(way, nowMs),
    failed: (deployment, failure) => afterFailure(way.prospects, { deployment, failure }, way),
    skipped(deployment) {
      way.prospects.done = [...way.prospects.done, deployment]
    },
  }
}

/** How far a request has come. */
interface Way extends Required<Omit<ItineraryOptions, 'rescues'>>, ProspectRules {
  readonly prospects: Prospects
  passedOver: readonly Deployment[]
  /** How often all have been gone through. */
  round: number
}

/** A deployment that is not to be asked now, and why. */
interface Shut {
  readonly deployment: Deployment
  readonly closure: Closure
}

const STOP: Step = { go: 'stop' }
const NONE: readonly never[] = []

function nextStep(way: Way, nowMs: number): Step {
  const { prospects, retries, startedAtMs } = way
  if (prospects.over) return STOP
  const shut: Shut[] = []
  const open = firstOpen(way, nowMs, shut)
  for (const each of shut) passOver(way, each)
  if (open) return open
  if (!prospects.asked) return shut.length > 0 ? despite(way, shut, nowMs) : beginAgain(way, nowMs)
  const guessed = shut.filter(isGuess)
  if (guessed.length > 0 && retries.allowOne(nowMs - startedAtMs)) return despite(way, guessed, nowMs)
  return beginAgain(way, nowMs)
}

/** The first that is open and has room, else the first that is open; those before it that are not are put down in `shut`. */
function firstOpen(way: Way, nowMs: number, shut: Shut[]): Step | undefined {
  const { deployments, prospects, health, hasRoom, tokens } = way
  let full: Deployment | undefined
  for (const deployment of deployments) {
    if (!isLeft(prospects, deployment, way)) continue
    const closure = health.closure(deployment, nowMs, tokens)
    if (closure) shut.push({ deployment, closure })
    else if (hasRoom(deployment)) return { go: 'try', deployment }
    else full ??= deployment
  }
  return full && { go: 'queue', deployment: full }
}

function passOver(way: Way, { deployment, closure }: Shut): void {
  if (way.passedOver.includes(deployment)) return
  way.passedOver = [...way.passedOver, deployment]
  way.onPassedOver(deployment, closure)
}

function beginAgain(way: Way, nowMs: number): Step {
  const { prospects, health, retries, tokens, startedAtMs } = way
  const waits = prospects.again.map(({ deployment, failure: { retryAfterMs = 0 } }) => {
    const untilMs = health.closure(deployment, nowMs, tokens)?.untilMs ?? nowMs
    return Math.max(retryAfterMs, untilMs - nowMs)
  })
  if (waits.length === 0) return STOP
  const ms = retries.pauseMs(way.round, Math.min(...waits), nowMs - startedAtMs)
  if (ms === undefined) return STOP
  way.round += 1
  renew(prospects)
  return { go: 'wait', ms }
}

/**
 * The least bad: of those that are only thought to be failing, whatever their breakers say, the one that was last seen to fail
 * the longest ago. When one of them is well again, the next few requests find that out.
 */
function despite({ health }: Way, shut: readonly Shut[], nowMs: number): Step {
  const guessed = shut.filter(isGuess)
  const seenMs = ({ deployment }: Shut) => (guessed.length > 0 ? health.failingAtMs(deployment, nowMs) : 0)
  const { deployment, closure } = (guessed.length > 0 ? guessed : shut).reduce((best, each) => {
    const sooner = seenMs(each) - seenMs(best) || each.closure.untilMs - best.closure.untilMs
    return sooner < 0 ? each : best
  })
  return { go: 'try', deployment, despite: closure }
}

/** What a breaker says of a deployment is a guess from what was; what a provider says of a key is so. */
function isGuess({ closure: { why } }: Shut): boolean {
  return why === 'failing' || why === 'probing'
}
