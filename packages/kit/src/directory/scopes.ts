import { type AddressSet, addressSet, isNetwork } from '../core/address-set.ts'
import type { KeyScopes } from './principal.ts'

/** Where a request comes from, as far as is known. */
export interface Origination {
  /** The client's address. */
  readonly address: string | undefined
  /** What a browser names as `Origin`. */
  readonly origin: string | undefined
}

/** Entries of one scope, and characters of one entry. */
const MAX_ENTRIES = 100
const MAX_LENGTH = 256

/** Networks are read once a credential: its scopes are the same object for as long as its record is remembered. */
const networks = new WeakMap<KeyScopes, AddressSet>()

/** Whether a credential may be used from there. A request that does not say where it comes from is from nowhere. */
export function comesFromScope(scopes: KeyScopes | undefined, { address, origin }: Origination): boolean {
  if (!scopes) return true
  if (scopes.origins && (origin === undefined || !scopes.origins.includes(origin))) return false
  return !scopes.addresses || networksOf(scopes, scopes.addresses).has(address)
}

function networksOf(scopes: KeyScopes, addresses: readonly string[]): AddressSet {
  const known = networks.get(scopes)
  if (known) return known
  const made = addressSet(addresses)
  networks.set(scopes, made)
  return made
}

/** What is wrong with the scopes of a key; undefined when nothing is. */
export function scopesFault(scopes: KeyScopes | undefined): string | undefined {
  if (!scopes) return undefined
  const { models, endpoints, addresses, origins, maxCostNanoUsd, rates, ...unknown } = scopes
  const [stranger] = Object.keys(unknown)
  if (stranger !== undefined) return `there is no scope ${stranger}`
  for (const [name, list] of Object.entries({ models, endpoints, addresses, origins })) {
    if (list !== undefined && !isList(list))
      return `its scope ${name} has 1 to ${MAX_ENTRIES} texts of 1 to ${MAX_LENGTH} characters`
  }
  const network = addresses?.find((text) => !isNetwork(text))
  if (network !== undefined) return `${network} is no address and no network: write 10.0.0.0/8 or 2001:db8::1`
  const origin = origins?.find((text) => !isOrigin(text))
  if (origin !== undefined) return `${origin} is no origin: write https://app.example.com`
  if (rates !== undefined && !areRates(rates))
    return 'its scope rates has rpm, tpm and concurrency, whole numbers from 1 on'
  return maxCostNanoUsd !== undefined && !(Number.isSafeInteger(maxCostNanoUsd) && maxCostNanoUsd >= 0)
    ? 'its scope maxCostNanoUsd must be a whole number of nano-USD'
    : undefined
}

/** An empty list would confine the key to nothing, which nobody means: who wants that revokes it. */
function isList(list: unknown): list is readonly string[] {
  return (
    Array.isArray(list) &&
    list.length > 0 &&
    list.length <= MAX_ENTRIES &&
    list.every((text) => typeof text === 'string' && text.length > 0 && text.length <= MAX_LENGTH)
  )
}

function areRates(rates: object): boolean {
  return Object.entries(rates).every(
    ([name, rate]) => RATES.has(name) && Number.isSafeInteger(rate) && rate >= 1,
  )
}

const RATES: ReadonlySet<string> = new Set(['rpm', 'tpm', 'concurrency'])

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text
}
