/** All the sound of a session, by its place in it: sent, and found to be in a turn or in none. */
export interface HeardSound {
  /** What was sent, and may become part of a turn yet, ms. */
  readonly openMs: number
  sent(ms: number): void
  /** The client makes an item of all that it has sent, or throws it away. */
  cut(event: 'commit' | 'clear'): void
  /** The provider has made an item of it, up to here where it found the end itself; returns how long that is, ms. */
  committed(upToMs: number | undefined): number
}

export function heardSound(): HeardSound {
  /** Where the client has cut, and the provider has not said so yet. */
  const cuts: number[] = []
  let sentMs = 0
  let judgedMs = 0
  return {
    get openMs() {
      return sentMs - judgedMs
    },
    sent(ms) {
      sentMs += ms
    },
    cut(event) {
      if (event === 'commit') cuts.push(sentMs)
      else judgedMs = sentMs
    },
    committed(upToMs = cuts.shift() ?? sentMs) {
      const ms = Math.max(0, upToMs - judgedMs)
      judgedMs = Math.max(judgedMs, upToMs)
      return ms
    },
  }
}
