/** The value that a part of all values, from 0 to 1, does not exceed; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const ascending = [...values].sort((a, b) => a - b)
  return ascending[Math.max(0, Math.ceil(ascending.length * part) - 1)] ?? Number.NaN
}

/** The middle of all values, or of the two that share it. */
export function median(values: readonly number[]): number {
  return (
    (quantile(values, 0.5) +
      quantile(
        values.map((value) => -value),
        0.5,
      ) *
        -1) /
    2
  )
}

/** The median of what rounds have shown, and the least and the greatest of it: how noisy the machine was. */
export function spread(values: readonly number[], digits = 2): string {
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  return `**${median(values).toFixed(digits)}** (${least.toFixed(digits)}–${greatest.toFixed(digits)})`
}

/** The median of many short rounds, and the quartiles around it: a round that was interrupted says nothing of the rest. */
export function quartiles(values: readonly number[], digits = 2): string {
  const [lower, upper] = [quantile(values, 0.25), quantile(values, 0.75)]
  return `**${median(values).toFixed(digits)}** (${lower.toFixed(digits)}–${upper.toFixed(digits)})`
}

/** Numbers from 0 to 1 that are the same in every run: a linear congruence modulo 2^32 (Numerical Recipes). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
