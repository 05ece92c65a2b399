import type { Format } from '../wire/format.ts'
import type { ReceivedCall } from '../wire/received-call.ts'
import { spokenBy } from '../wire/spoken-by.ts'
import type { Toll } from './toll.ts'

/** The format of an answer that comes in its client's own dialect: as whoever serves the call speaks that. */
export function servedFormat({ demand }: Pick<Toll, 'demand'>, { format }: ReceivedCall): Format {
  return demand ? spokenBy(demand.deployment.provider, format) : format
}
