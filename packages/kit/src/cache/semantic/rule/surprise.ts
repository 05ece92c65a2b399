/** Watches ordinary labels for a world that has changed: answers that were all but certain, and are not right any more. */
export interface Surprise {
  /** @param chance that the answer was right, as believed before the label. */
  note(chance: number, same: boolean): void
  /** Whether so much has gone otherwise than believed that audits should look more closely. */
  isHigh(): boolean
  clear(): void
  /** To be kept, and given back to `resume` at the next start. */
  level(): number
  resume(level: number): void
}

/** Less certain beliefs surprise nobody. */
const CERTAIN = 0.8
/** No belief is so certain that one label could undo it. */
const MOST_CERTAIN = 0.98
/** Of what was right, the part that no longer is, in the world that is watched for. */
const CHANGED = 0.5
const HIGH = 20

/**
 * A cumulative sum of likelihood ratios that never falls below where it began. It only asks for more audits, which decide:
 * beliefs about what is not served are less exact than those about what is, and a false alarm here costs some calls.
 * E. S. Page: Continuous inspection schemes, Biometrika 41 (1954).
 */
export function surprise(): Surprise {
  let level = 1
  return {
    note(believed, same) {
      if (believed < CERTAIN) return
      const chance = Math.min(believed, MOST_CERTAIN)
      const changed = chance * (1 - CHANGED)
      level = Math.max(1, level * (same ? 1 - CHANGED : (1 - changed) / (1 - chance)))
    },
    isHigh: () => level > HIGH,
    clear() {
      level = 1
    },
    level: () => level,
    resume(kept) {
      level = kept
    },
  }
}
