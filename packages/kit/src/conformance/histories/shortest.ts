/**
 * The shortest history found that still fails: leave out half of it, then quarters, down to single commands, as long as
 * what remains fails.
 */
export async function shortest<Step>(
  history: readonly Step[],
  fails: (shorter: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[]> {
  let best = history
  for (let size = Math.ceil(best.length / 2); size > 0; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let at = 0; at < best.length; ) {
      const without = best.toSpliced(at, size)
      if (await fails(without)) best = without
      else at += size
    }
  }
  return best
}
