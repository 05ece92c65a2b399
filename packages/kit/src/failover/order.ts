import { rendezvous } from './rendezvous.ts'

/** One place of a route, as far as the order depends on it. */
export interface Place {
  readonly id: string
  /** How much of the traffic it gets, beside the others. */
  readonly weight: number
}

/** Which places of a route come first, for one request. Gives every place back, each once. */
export type Order<P extends Place> = (places: readonly P[]) => readonly P[]

/** As they are written. */
export const inOrder = <P extends Place>(places: readonly P[]): readonly P[] => places

/** By chance, each as often as it weighs: Efraimidis and Spirakis, https://doi.org/10.1016/j.ipl.2005.11.003 */
export function byWeight<P extends Place>(random: () => number): Order<P> {
  return (places) => descending(places, ({ weight }) => Math.log(1 - random()) / weight)
}

/** The same place for the same key. */
export function bySticky<P extends Place>(key: string): Order<P> {
  return (places) => descending(places, ({ id, weight }) => rendezvous(key, id, weight))
}

/** The least first; equals as they are written. */
export function byLeast<P extends Place>(measure: (place: P) => number): Order<P> {
  return (places) => descending(places, (place) => -measure(place))
}

function descending<P>(places: readonly P[], score: (place: P) => number): readonly P[] {
  return places
    .map((place) => ({ place, score: score(place) }))
    .sort((a, b) => b.score - a.score)
    .map(({ place }) => place)
}
