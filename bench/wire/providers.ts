import { asksForStream, cannedProvider } from '../canned.ts'
import { answering } from '../processes/answering.ts'
import { listen } from '../processes/listen.ts'
import { DIRECTIONS, WITHOUT_GATEWAY } from './directions.ts'

/**
 * A provider for each direction, under its name as the first segment of the path. They count what they have served: the
 * books are held to that, and what is asked without a gateway is in no books.
 */
export type ProvidersQuestion = 'where' | 'served'

const served: Record<string, number> = Object.fromEntries(DIRECTIONS.map(({ name }) => [name, 0]))
const answers = new Map(DIRECTIONS.map((direction) => [direction.name, direction.served]))

const server = cannedProvider((req, body) => {
  const name = req.url!.split('/', 2)[1]!
  const { json, stream } = answers.get(name)!
  if (!req.url!.endsWith(WITHOUT_GATEWAY)) served[name]! += 1
  return asksForStream(req, body) ? stream : json
})

const url = await listen(server)
answering((question: ProvidersQuestion) => (question === 'where' ? url : served))
