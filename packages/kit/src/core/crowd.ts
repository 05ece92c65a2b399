/** Those who are there at the moment: they come and go, as requests do. */
export interface Crowd<Member extends object> {
  /** Come. Returns the place, by which to leave again. */
  join(member: Member): number
  /** Go from there; whoever has left already leaves nobody else's place. */
  leave(place: number, member: Member): void
  /** All who are there, as they are now. */
  present(): Member[]
}

/**
 * A `Set` whose members come and go builds a new table each time that the old one is full of deleted entries. By then V8
 * has moved the old table among its old objects, and until the next full garbage collection that table keeps its last
 * members alive: for a callback of a request, the request, its answer and all that belongs to them. An array whose places
 * are used again has one table, and a place that was left holds nothing.
 */
export function crowd<Member extends object>(): Crowd<Member> {
  const places: (Member | undefined)[] = []
  const free: number[] = []
  return {
    join(member) {
      const place = free.pop() ?? places.length
      places[place] = member
      return place
    },
    leave(place, member) {
      if (places[place] !== member) return
      places[place] = undefined
      free.push(place)
    },
    present: () => places.filter((member) => member !== undefined),
  }
}
