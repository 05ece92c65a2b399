import type { AccountId } from '@tollgate/kit/ledger'
import type { ProviderRequest } from '@tollgate/testing'
import { type Answer, type GatewayFleet, metadataOf, TOKEN } from './fleet-gateways.ts'
import { until } from './redis.ts'

/** What a stream may be answered with at most, and what it is answered with, in tokens. */
export const CAP = 1000
export const ANSWER = 900
/** What the books hold for one that runs, and what one costs that has ended, nano-USD. */
export const HELD: number = CAP * TOKEN
export const COST: number = ANSWER * TOKEN
/** The chunk after which a stream stands still, where the provider is told to let it. */
export const STILL = 20

/** Who streams, and the account that says how much. */
export const caller = { key: 'streams' }
export const ACCOUNT: AccountId = 'key:streams'

export const usd = (nano: number): string => `$${nano / 1e9}`

/** Through which gateway a request has come to the provider. */
export const gatewayOf = (request: ProviderRequest): number => Number(metadataOf(request).gateway)

/** Everything that has come to the provider through one gateway. */
export const through = ({ provider }: GatewayFleet, at: number): readonly ProviderRequest[] =>
  provider.requests.filter((request) => gatewayOf(request) === at)

/** Open so many streams by a gateway. Their answers-to-be come wrapped, so that nobody waits for them yet. */
export async function openStreams(
  fleet: GatewayFleet,
  at: number,
  count: number,
  length = ANSWER,
): Promise<{ readonly ended: Promise<readonly Answer[]> }> {
  const before = through(fleet, at).length
  const call = { caller, cap: CAP, length, stream: true }
  const ended = Promise.all(Array.from({ length: count }, () => fleet.call(at, call)))
  const begun = () => through(fleet, at).filter(({ chunksSent }) => chunksSent >= STILL).length
  await Promise.race([
    fleet.provider.waitFor(() => begun() === before + count),
    ended.then(([answer]) => {
      throw new Error(`the streams have ended before they began: ${answer!.status} ${answer!.text}`)
    }),
  ])
  return { ended }
}

/**
 * Resolves once so many reservations of one gateway, and no more, are expired; with whose they are. Those of a gateway that
 * lives may be among the others: its next heartbeat puts that right.
 */
export function expiredOfOne(fleet: GatewayFleet, count: number): Promise<string> {
  return until(`${count} of one gateway are expired`, async () => {
    const left = await fleet.withLedger((ledger) => ledger.expired())
    const owners = Map.groupBy(left, ({ owner }) => owner)
    return [...owners.keys()].find((owner) => owners.get(owner)!.length === count)
  })
}
