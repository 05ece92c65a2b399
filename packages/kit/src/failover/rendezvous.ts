import { createHash } from 'node:crypto'

/**
 * How much a deployment is the one for a sticky key: the highest of a route wins. Each key has an order of its own, so
 * that when a deployment goes away only its keys move, each to its second. Weights are kept on average.
 * https://en.wikipedia.org/wiki/Rendezvous_hashing#Weighted_rendezvous_hash
 */
export function rendezvous(key: string, id: string, weight: number): number {
  const bits = createHash('sha256')
    .update(JSON.stringify([key, id]))
    .digest()
    .readUIntBE(0, 6)
  return weight / -Math.log((bits + 0.5) / 2 ** 48)
}
