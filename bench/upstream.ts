import { asksForStream, cannedProvider } from './canned.ts'
import { JSON_ANSWER, STREAM_ANSWER } from './exchange.ts'
import { answering } from './processes/answering.ts'
import { listen } from './processes/listen.ts'

/** The provider of the bench. It counts what it has served: the books are held to that. */
let served = 0

const server = cannedProvider((req, body) => {
  served += 1
  return asksForStream(req, body) ? STREAM_ANSWER : JSON_ANSWER
})

const url = await listen(server)
answering((question: 'where' | 'served') => (question === 'where' ? url : served))
