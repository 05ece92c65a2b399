import type { Amounts } from '../ledger/ledger.ts'
import { capFor } from '../meter/bounds.ts'
import type { Demand } from './demand.ts'

/** The cap to put into the request: where the client gave none, or one that the grant, or the model, does not reach. */
export function neededCap(
  granted: Amounts,
  { bounds }: Demand,
  asked: number | undefined,
): number | undefined {
  const cap = capFor(granted, bounds)
  if (cap === undefined) return undefined
  if (cap === 'below-minimum')
    throw new Error('The ledger granted less than the minimum that it was asked for')
  return asked === undefined || cap < asked ? cap : undefined
}
