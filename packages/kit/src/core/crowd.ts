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
 * A `Set` of what comes and goes makes its table anew each time that it is full of what has left. V8 has moved the old table
 * among its old objects by then, and until the next full garbage collection that keeps alive whatever was in it: for a
 * callback of a request the request, its answer and all that belongs to them. An array whose places are taken again has one
 * table, and a place that was left holds nothing.
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
