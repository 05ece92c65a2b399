import type { Price } from '../meter/price.ts'
import { priceQuery } from '../wire/routes.ts'
import type { Usage } from '../wire/usage.ts'
import { addCharges, atLeast, type Charge, chargeOf } from './charge.ts'
import type { Reading } from './reading.ts'
import type { ToldCharge } from './told.ts'
import { type Toll, wholeReservation } from './toll.ts'

/** How the answer to a call ended. */
export interface Ending {
  /** A stage refused the request before anybody could have called a provider. */
  readonly refused: boolean
  /** What was answered; undefined when the client left before there was an answer. */
  readonly status: number | undefined
}

/**
 * The charge that is known without counting, or `nothing` when nothing was bought; undefined when it has to be
 * estimated. What a handler told wins over what was read.
 */
export function knownCharge(
  toll: Toll,
  reading: Reading | undefined,
  ending: Ending,
): Charge | 'nothing' | undefined {
  const told = toldSoFar(toll)
  if (told) return told
  if (toll.toldNone) return toll.lostAttempts ?? 'nothing'
  // An answer that had begun was generated, whatever the client was told in its stead.
  if (toll.cut) return undefined
  const price = toll.demand && priceOfAnswer(toll, reading)
  // What a stream says before its end may not be its last word.
  if (reading?.usage && !reading.overtaken && reading.complete && price) {
    const { deployment } = toll.demand!
    const priceOf = (model: string) => toll.sizing.prices.price(priceQuery(deployment, model))
    return withLost(toll, statedCharge(toll, reading.usage, price, priceOf))
  }
  const { status } = ending
  const decided = decidedCharge(toll, status)
  if (decided) return decided
  const failed = toll.proxied && status !== undefined && boughtNothing(status)
  return ending.refused || failed || toll.sentAtMs === undefined
    ? (toll.lostAttempts ?? 'nothing')
    : undefined
}

/**
 * Where the request alone says what it costs once it is served: that, whatever was answered, and however much of it has
 * come.
 */
function decidedCharge(toll: Toll, status: number | undefined): Charge | undefined {
  const { demand, proxied, sentAtMs } = toll
  const served = proxied && sentAtMs !== undefined && status !== undefined && !boughtNothing(status)
  if (!demand?.bounds.decided || !served || status > 299) return undefined
  return withLost(toll, chargeOf(demand.bounds.decided, demand.price, 'exact'))
}

/**
 * A provider that refuses has generated nothing. 502 and 504 are what a proxy says when the provider has the call and
 * its answer did not come: that may have been paid for.
 */
function boughtNothing(status: number): boolean {
  return (status < 200 || status > 299) && status !== 502 && status !== 504
}

/** What the handler has told of, in all; undefined when it has told nothing. */
export function toldSoFar(toll: Toll): Charge | undefined {
  if (toll.told.length === 0) return undefined
  return withLost(toll, toll.told.map((told) => toldCharge(toll, told)).reduce(addCharges))
}

/**
 * The charge of a handler whose client has left, and which may still be buying: all that was reserved, or what it has
 * told so far when that is more. Were it only what was told, whoever hung up after the first call had the others free.
 */
export function unfinishedCharge(toll: Toll): Charge {
  const whole = withLost(toll, wholeReservation(toll))
  const told = toldSoFar(toll)
  return told ? atLeast(whole, told) : whole
}

/** What earlier attempts may have cost comes on top: it was spent for the same request. */
export function withLost(toll: Toll, charge: Charge): Charge {
  return toll.lostAttempts ? addCharges(toll.lostAttempts, charge) : charge
}

/**
 * A handler of the team's own may have asked another model than its client did: its answer says which. Behind our own
 * failover the deployment is known.
 */
function priceOfAnswer({ demand, proxied, sizing }: Toll, reading: Reading | undefined): Price | undefined {
  if (!demand || proxied || !reading?.model || isSnapshot(reading.model, demand.deployment.model))
    return demand?.price
  const named = sizing.prices.price(priceQuery(demand.deployment, reading.model))
  return named && named.source !== 'ceiling' ? named : demand.price
}

function toldCharge(toll: Toll, told: ToldCharge): Charge {
  // An amount says nothing of tokens: all that were reserved are taken to be used.
  if ('nanoUsd' in told) return { ...told, tokens: toll.granted.tokens, basis: 'exact' }
  const price = priceOfReport(toll, told)
  if (!price) return wholeReservation(toll)
  return statedCharge(toll, told.usage, price, (model) => priceOfReport(toll, { ...told, model }))
}

/**
 * The charge of a usage that somebody has stated. Other models that worked on the call (an advisor, a fallback) are billed
 * at their own prices by the same provider; where one has none, all that was reserved is charged, or more if the rest is.
 */
function statedCharge(
  toll: Toll,
  usage: Usage,
  price: Price,
  priceOf: (model: string) => Price | undefined,
): Charge {
  const charge = chargeOf(usage, price, 'exact', (model) => priceOf(model) ?? price)
  const allPriced = (usage.others ?? []).every(({ model }) => priceOf(model))
  return allPriced ? charge : atLeast(wholeReservation(toll), charge)
}

function priceOfReport(
  { demand, sizing }: Toll,
  { provider, model }: { provider?: string; model: string },
): Price | undefined {
  if (demand && provider === undefined) {
    if (isSnapshot(model, demand.deployment.model)) return demand.price
    return sizing.prices.price(priceQuery(demand.deployment, model))
  }
  return sizing.prices.price({ provider: provider ?? 'openai', model })
}

/** A model's own name, or the dated name that its provider answers with: `gpt-4o` and `gpt-4o-2024-08-06`. */
function isSnapshot(answered: string, asked: string): boolean {
  return (
    answered === asked ||
    (answered.startsWith(asked) && /^-\d{4}(?:-?\d{2}-?\d{2})?$/.test(answered.slice(asked.length)))
  )
}
