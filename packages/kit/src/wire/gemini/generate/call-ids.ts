/**
 * Ids of function calls, which older models and clients leave out. What has none gets one by its place, so that a result,
 * which names its function and stands in the same order, finds its call.
 */
export interface CallIds {
  /** A call is made; returns its id. */
  called(name: string, id: string | undefined): string
  /** A result is given; returns the id of its call. */
  answered(name: string, id: string | undefined): string
}

/** @param prefix Tells the calls of one conversation, or of one answer, from those of others. */
export function callIds(prefix: string): CallIds {
  const waiting: { readonly id: string; readonly name: string }[] = []
  let made = 0
  const next = () => {
    made += 1
    return `${prefix}_${made}`
  }
  return {
    called(name, given) {
      const id = given || next()
      waiting.push({ id, name })
      return id
    },
    answered(name, given) {
      const at = waiting.findIndex((call) => (given ? call.id === given : call.name === name))
      const [call] = at === -1 ? [] : waiting.splice(at, 1)
      return given || (call?.id ?? next())
    },
  }
}
