/** Numbers that look random and are the same each time: https://en.wikipedia.org/wiki/Linear_congruential_generator */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** When each of some deployments fails, on a clock that begins at 0. */
export interface Outages {
  isDown(deployment: number, nowMs: number): boolean
  /** One of them is well all this time, and was so long enough before to be found out after an outage of all. */
  isOneWell(fromMs: number, toMs: number): boolean
}

/** Nobody knows sooner than by asking that one is well again, ms. */
const FOUND_OUT_MS = 500

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Each is well for up to two minutes and then down for 5 to 35 seconds, whatever the others do: now and then that is all of them. */
export function outages(random: () => number, { deployments = 3, minutes = 10 } = {}): Outages {
  const spans = Array.from({ length: deployments }, () => downSpans(random, minutes * 60_000))
  const isWell = (down: readonly Span[], from: number, to: number) =>
    !down.some(({ fromMs, toMs }) => fromMs <= to && from < toMs)
  return {
    isDown: (deployment, nowMs) => !isWell(spans[deployment]!, nowMs, nowMs),
    isOneWell: (fromMs, toMs) => spans.some((down) => isWell(down, fromMs - FOUND_OUT_MS, toMs)),
  }
}

function downSpans(random: () => number, untilMs: number): readonly Span[] {
  const spans: Span[] = []
  for (let toMs = 0; toMs < untilMs; ) {
    const fromMs = toMs + random() * 120_000
    toMs = fromMs + 5_000 + random() * 30_000
    spans.push({ fromMs, toMs })
  }
  return spans
}
