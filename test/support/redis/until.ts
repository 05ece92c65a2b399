import { setTimeout as pause } from 'node:timers/promises'

/** A condition that has not come true by then never will. */
const PATIENCE_MS = 30_000

/**
 * Ask again and again until the answer is something, and return it. What fails meanwhile counts as no answer.
 *
 * @throws Error with `what` and the last failure, when it never comes.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const startMs = performance.now()
  let failure: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      failure = error
    }
    if (performance.now() - startMs > PATIENCE_MS) throw new Error(`never: ${what}`, { cause: failure })
    await pause(10)
  }
}
