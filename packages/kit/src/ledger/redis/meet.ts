import { type Books, noteTime } from './books.ts'

/** The first thing that is asked of an org's books: since when they count on from a takeover, and how far they have come. */
export function meet(books: Books): Promise<void> | undefined {
  if (books.toldSince !== undefined) return undefined
  books.meeting ??= meetOnce(books).finally(() => {
    books.meeting = undefined
  })
  return books.meeting
}

async function meetOnce(books: Books): Promise<void> {
  const found = (await books.call('HMGET', books.own.meta, 'since', 'q', 't')) as readonly (string | null)[]
  const [since, q, newestMs] = found.map(Number)
  books.toldSince = since!
  books.sequence.note(q!)
  // Books that nobody has asked for a while are behind everybody's clock, which says nothing of it.
  if (newestMs! > books.clock.now()) noteTime(books, newestMs!)
}
