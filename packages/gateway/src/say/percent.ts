/** A share as people read it; one below a hundredth says a digit more, since it is mostly held to a bound of a few. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`
}
