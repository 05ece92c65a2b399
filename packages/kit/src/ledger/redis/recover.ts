import type { Books } from './books.ts'
import { recover as script } from './scripts/recover.ts'
import { tellAll } from './tell-again.ts'
import { unavailable } from './unavailable.ts'

/** How long nothing new is admitted after a fail-over, so that every process can say what it knows, ms. */
export const PAUSE_MS = 2500

/**
 * The books have lost something, or are on another server. Say so, once for all processes, and tell them again what this
 * process knows.
 *
 * @throws Error when more is lost than can be told again; an operator decides.
 */
export function recover(books: Books): Promise<void> {
  books.recovering ??= recoverOnce(books).finally(() => {
    books.recovering = undefined
  })
  return books.recovering
}

async function recoverOnce(books: Books): Promise<void> {
  const { own, sequence } = books
  const reply = await books.ask(
    script,
    { meta: own.meta },
    { now: books.now(), qSeen: sequence.seen, qSafe: sequence.safe, confirmed: '', pause: PAUSE_MS },
  )
  if (reply[0] === 'rolled_back') throw unavailable(books, reply)
  const [, since, , q] = reply
  sequence.restart(Number(q))
  await reassertAll(books, Number(since))
}

/**
 * Tell the books what this process knows, if they were recovered since it last did. Books that are lost again before a
 * takeover was saved are taken over anew, as often as before, and only the sequence says that this is another time.
 */
export async function reassertAll(books: Books, since: number): Promise<void> {
  if (books.toldSince === since) return
  await tellAll(books)
  books.toldSince = since
}
