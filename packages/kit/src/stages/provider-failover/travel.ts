import { TollgateError } from '../../core/errors.ts'
import type { Closure } from '../../failover/closure.ts'
import { deploymentId } from '../../failover/deployment-id.ts'
import type { Failure } from '../../failover/failure.ts'
import { cutOff, noRoom, outOfTime, providerFault } from '../../failover/faults.ts'
import { type Itinerary, itinerary } from '../../failover/itinerary.ts'
import { modelLimits } from '../../meter/model-limits.ts'
import { extendTo } from '../../toll/attempt.ts'
import { holdAtProvider, leaveProvider } from '../../toll/provider-hold.ts'
import { type Deployment, modelBehind } from '../../wire/routes.ts'
import { type AttemptEnd, type AttemptOptions, attempt } from './attempt.ts'
import { giveRefusal, type Refusal } from './give-refusal.ts'
import { note } from './note.ts'
import { type Outgoing, outgoingCall } from './outgoing.ts'
import { type Preference, preferredOrder } from './preference.ts'
import type { Trip } from './trip.ts'

const limitsOf = modelLimits()
const windowOf = (deployment: Deployment) => limitsOf(modelBehind(deployment)).contextWindow
const BYTES_PER_TOKEN = 4

/** How a trip failed so far: what the client is told if nobody does better. */
interface Trouble {
  /** The first word that is worth the client's while: the provider's own about its request. */
  refusal?: Refusal
  fault?: TollgateError
}

/** Call deployments until one answers. @throws TollgateError when none did. */
export async function travel(trip: Trip, deployments: readonly Deployment[]): Promise<void> {
  const { res, crew, call } = trip
  const { clock, gates, health, retries, routes, stop } = crew
  const preference = preferredOrder(trip, deployments)
  const trouble: Trouble = {}
  const way = itinerary({
    deployments: preference.deployments,
    health,
    retries,
    startedAtMs: trip.startedAtMs,
    hasRoom: gates.hasRoom,
    tokens: Math.ceil(call.inputBytes / BYTES_PER_TOKEN),
    windowOf,
    rescues: routes.rules?.(call.model)?.rescues,
    onPassedOver: (deployment, { why }) => note(trip, deployment, { outcome: 'skipped', reason: why }),
  })
  retries.begin()
  for (;;) {
    if (res.closed) return
    if (stop.aborted) throw cutOff()
    const step = way.next(clock.now())
    const earliestMs = performance.now() + (step.go === 'wait' ? step.ms : 0)
    if (step.go === 'stop' || earliestMs >= trip.totalAtMs) break
    if (step.go === 'wait') {
      await pause(trip, step.ms)
      continue
    }
    const { deployment } = step
    if (step.go === 'queue' && !(await gates.wait(deployment, trip))) {
      note(trip, deployment, { outcome: 'skipped', reason: 'full' })
      way.skipped(deployment)
      trouble.fault ??= noRoom(deployment)
      continue
    }
    if (step.go === 'try') gates.enter(deployment)
    try {
      const despite = step.go === 'try' ? step.despite : undefined
      if (await visit(trip, { deployment, despite, way, trouble, preference })) return
    } finally {
      gates.leave(deployment)
    }
  }
  if (trouble.refusal) return giveRefusal(trip, trouble.refusal)
  throw trouble.fault ?? outOfTime()
}

interface Visit {
  readonly deployment: Deployment
  /** It is known to be shut, and so are all the others. */
  readonly despite: Closure | undefined
  readonly way: Itinerary
  readonly trouble: Trouble
  readonly preference: Preference
}

/** Try one deployment; true once the client has its answer, or has left. */
async function visit(trip: Trip, { deployment, despite, way, trouble, preference }: Visit): Promise<boolean> {
  const { crew, res } = trip
  const skip = (reason: 'budget' | 'provider_budget' | 'dialect', refusal: TollgateError) => {
    note(trip, deployment, { outcome: 'skipped', reason })
    way.skipped(deployment)
    trouble.fault ??= refusal
    return false
  }
  // Nothing is waited for where there is nothing to wait for: most requests are sent in the turn that they came in.
  const short = isReservedFor(trip, deployment) ? undefined : await shortOf(trip, deployment)
  if (short) return skip('budget', short)
  const saying = sayFor(trip, deployment)
  const said = saying instanceof Promise ? await saying : saying
  if ('refusal' in said) return skip('dialect', said.refusal)
  const { provider } = deployment
  const spent = trip.toll && provider.account && (await holdAtProvider(trip.toll, provider, crew.clock.now()))
  if (spent) return skip('provider_budget', spent)
  if (res.closed || crew.stop.aborted) return false
  const startedAtMs = crew.clock.now()
  if (!crew.health.begin(deployment, startedAtMs) && !despite) {
    // Somebody else has taken its probe meanwhile.
    crew.health.ended(deployment)
    if (trip.toll) leaveProvider(trip.toll)
    return false
  }
  const { outgoing } = said
  const ended = await attempted(trip, { deployment, startedAtMs, outgoing, despite, preference })
  if (ended === 'answered' || ended === 'left') return true
  if (ended === 'stopped') throw cutOff()
  way.failed(deployment, ended.failure)
  remember(trouble, { deployment, outgoing }, ended)
  return false
}

/** Its health has been told that it runs: it is told when it does not any more, however that ended. */
async function attempted(trip: Trip, options: AttemptOptions): Promise<AttemptEnd> {
  try {
    return await attempt(trip, options)
  } finally {
    trip.crew.health.ended(options.deployment)
  }
}

interface Failed {
  readonly failure: Failure
  readonly refused: Refusal['refused'] | undefined
}

/** The last failure is told, unless the request's own fault has been found: that is what its sender can mend. */
function remember(
  trouble: Trouble,
  { deployment, outgoing }: { readonly deployment: Deployment; readonly outgoing: Outgoing },
  { failure, refused }: Failed,
): void {
  if (refused) trouble.refusal ??= { deployment, outgoing, refused }
  trouble.fault = providerFault(deployment, failure)
}

/** Whether what is reserved is for this deployment, and nothing of it is gone; or nobody reserves. */
function isReservedFor({ toll }: Trip, deployment: Deployment): boolean {
  if (!toll?.demand) return true
  return !toll.lostAttempts && deploymentId(toll.demand.deployment) === deploymentId(deployment)
}

/** Why a deployment does not fit the budget; undefined when it does: it is reserved for then. */
async function shortOf({ toll }: Trip, deployment: Deployment): Promise<TollgateError | undefined> {
  if (!toll?.demand) return undefined
  try {
    const shortfall = await extendTo(toll, deployment)
    return shortfall && toll.refusalOf(shortfall, toll.demand.bounds.min)
  } catch (error) {
    // A deployment without a price is one that does not fit; books that do not answer are the end.
    if (TollgateError.is(error) && error.code !== 'ledger_unavailable') return error
    throw error
  }
}

type Said = { readonly outgoing: Outgoing } | { readonly refusal: TollgateError }

/** The call in the words of a deployment, or why it cannot be said there: another one may speak the client's dialect. */
function sayFor({ req, call, toll, strict }: Trip, deployment: Deployment): Said | Promise<Said> {
  try {
    const outgoing = outgoingCall({ req, call, toll, strict }, deployment)
    return outgoing instanceof Promise ? outgoing.then(asSaid, unsaid) : asSaid(outgoing)
  } catch (error) {
    return unsaid(error)
  }
}

const asSaid = (outgoing: Outgoing): Said => ({ outgoing })

function unsaid(error: unknown): Said {
  if (TollgateError.is(error)) return { refusal: error }
  throw error
}

/** Wait, but for nobody who has left, and not beyond the end of the process. */
function pause({ res, crew: { timers, running } }: Trip, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      timers.clearTimeout(timer)
      running.leave(place, goOn)
      res.off('close', goOn)
      resolve()
    }
    const timer = timers.setTimeout(goOn, Math.ceil(ms))
    const place = running.join(goOn)
    res.once('close', goOn)
  })
}
