/** Watches audits for a rate of wrong answers above what is promised, from any moment on, however many came before. */
export interface Suspicion {
  note(wrong: boolean): void
  /** How much more likely the last audits are at a higher rate than at the promised one; 0 at the start. */
  level(): number
  clear(): void
  /** To be kept, and given back to `suspicion` at the next start. */
  state(): readonly number[]
}

/** Rates that it bets on: far from any that may be promised. What is only a little too much, the confidence bound finds. */
const BETS: readonly number[] = [0.25, 0.5]

/**
 * The sum over all past moments of the likelihood ratio since then, Mₙ = (1 + Mₙ₋₁) · ratio, averaged over a few rates
 * bet on: as long as the true rate is the promised one, the mean number of audits before it passes A is at least A, so
 * that looking after every audit is allowed, as it is not of a confidence bound.
 * J. Shin, A. Ramdas, A. Rinaldo: E-detectors, https://arxiv.org/abs/2203.03532
 */
export function suspicion(promised: number, kept: readonly number[] = []): Suspicion {
  const sums = BETS.map((_, at) => kept[at] ?? 0)
  return {
    note(wrong) {
      for (const [at, bet] of BETS.entries()) {
        const ratio = wrong ? bet / promised : (1 - bet) / (1 - promised)
        sums[at] = (1 + sums[at]!) * ratio
      }
    },
    level: () => sums.reduce((all, one) => all + one, 0) / sums.length,
    clear: () => void sums.fill(0),
    state: () => [...sums],
  }
}
