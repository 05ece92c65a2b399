/** Numbers from 0 up to 1 that a seed repeats exactly: a Weyl sequence, hashed (https://www.jstatsoft.org/v08/i14). */
export function uniformFrom(seed: number): () => number {
  let weyl = Math.imul(seed, 0x85ebca6b) >>> 0
  return () => {
    weyl = (weyl + 0x9e3779b9) >>> 0
    let mixed = weyl
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

/** By Box and Muller. */
export function gaussianFrom(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** Which of `count`, the first ones the most often: the nth with weight 1/n^exponent. */
export function zipfFrom(uniform: () => number, count: number, exponent: number): () => number {
  const sums = new Float64Array(count)
  let total = 0
  for (let at = 0; at < count; at += 1) {
    total += 1 / (at + 1) ** exponent
    sums[at] = total
  }
  return () => {
    const drawn = uniform() * total
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! < drawn) low = middle + 1
      else high = middle
    }
    return low
  }
}
