/** Of Stirling's series: Bernoulli numbers over 2k(2k − 1). https://dlmf.nist.gov/5.11.E1 */
const SERIES = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360]

/** From here on six terms of the series are exact to the last digits of a double. */
const LARGE = 12

/** The logarithm of Γ(x), for x > 0: small ones are moved up by Γ(x) = Γ(x + 1) / x, then Stirling's series. */
export function logGamma(x: number): number {
  let shifted = 0
  let large = x
  while (large < LARGE) {
    shifted += Math.log(large)
    large += 1
  }
  const inverse = 1 / large
  let tail = 0
  for (let term = SERIES.length - 1; term >= 0; term -= 1) tail = tail * inverse * inverse + SERIES[term]!
  return (large - 0.5) * Math.log(large) - large + 0.5 * Math.log(2 * Math.PI) + tail * inverse - shifted
}
