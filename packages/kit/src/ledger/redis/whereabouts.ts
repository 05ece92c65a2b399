import type { Books } from './books.ts'
import { meet } from './meet.ts'
import type { Whereabouts } from './reservations.ts'
import { record } from './scripts/record.ts'

/** See to it that it is known where a reservation's counters are, if the books know it; undefined when it is. */
export function locate(books: Books, id: string): Promise<unknown> | undefined {
  if (books.reservations.whereabouts(id) !== undefined) return meet(books)
  return Promise.all([meet(books), lookUp(books, id)])
}

async function lookUp(books: Books, id: string): Promise<void> {
  const { reservations, own } = books
  const keys = { reservation: own.reservation(id), meta: own.meta }
  const reply = await books.ask(record, keys, { now: books.now(), id })
  const pathText = reply[0] === 'ok' ? reply[1][3] : ''
  if (reservations.get(id)) return
  reservations.noteWhereabouts(id, pathText ? { pathText, path: JSON.parse(pathText) } : null)
}

/** The keys that every command needs which moves a reservation's money. */
export function keysOf({ own }: Books, id: string, whereabouts: Whereabouts | null | undefined) {
  return {
    reservation: own.reservation(id),
    deadlines: own.deadlines,
    unconfirmed: own.unconfirmed,
    meta: own.meta,
    accounts: whereabouts?.path.map(own.account) ?? [],
  }
}

/** The books name the path that a reservation has; what this process believed was another's, or nothing. */
export function foundAt({ reservations }: Books, id: string, pathText: string): Whereabouts {
  const found = { pathText, path: JSON.parse(pathText) }
  reservations.noteWhereabouts(id, found)
  return found
}

/** Between two answers a reservation may be forgotten and reserved anew, on another path; so often in a row it is not. */
const ATTEMPTS = 4

type Answer = readonly [status: string, ...rest: unknown[]]
type Found<Reply extends Answer> = Exclude<Reply, readonly ['path', string]>

/**
 * Send a command about a reservation with the accounts that it is charged to, once more when the books know better which.
 *
 * @throws Error when they name another path each time; nothing was done then.
 */
export async function onItsPath<Reply extends Answer>(
  books: Books,
  { id, whereabouts }: { readonly id: string; readonly whereabouts: Whereabouts | null | undefined },
  send: (whereabouts: Whereabouts | null | undefined) => Promise<Reply>,
): Promise<Found<Reply>> {
  let known = whereabouts
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const reply = await send(known)
    if (reply[0] !== 'path') return reply as Found<Reply>
    known = foundAt(books, id, reply[1] as string)
  }
  throw new Error(`the books of ${books.org} name another path of ${id} each time: nothing was done`)
}
