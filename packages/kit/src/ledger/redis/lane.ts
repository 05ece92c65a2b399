/** A command of one org, on its way to the books. */
export interface Turn<T> {
  /** Begin to look up what the command must know; undefined when it knows all it needs. */
  prepare?(): Promise<unknown> | undefined
  /** Send it. */
  run(): Promise<T>
  /** Let nothing follow before this one is answered: it may have to ask twice, or changes what later ones must know. */
  readonly alone?: boolean
}

export interface Lane {
  submit<T>(turn: Turn<T>): Promise<T>
  /** Resolves when everything that was submitted before has been answered. */
  idle(): Promise<void>
}

/**
 * Keeps the commands of an org in the order in which they were given, though not one after another: a command that knows
 * all it needs is sent at once, on the heels of those before it. Only one that must look something up first, about an
 * account or a reservation that this process has not seen yet, holds up those behind it, and their own looking up goes
 * on meanwhile.
 */
export function lane(): Lane {
  /** Set while somebody holds the others up: resolves when the last of them has been sent. */
  let tail: Promise<void> | undefined
  const unanswered = new Set<Promise<unknown>>()

  function track<T>(reply: Promise<T>): Promise<T> {
    unanswered.add(reply)
    const done = () => void unanswered.delete(reply)
    reply.then(done, done)
    return reply
  }

  async function sendInTurn<T>(
    { run }: Turn<T>,
    before: unknown,
    ready: unknown,
  ): Promise<{ reply: Promise<T> }> {
    await before
    await ready
    // Wrapped, so that whoever waits for it to be sent does not wait for its answer.
    return { reply: run() }
  }

  return {
    submit(turn) {
      const ready = turn.prepare?.()
      if (!tail && !ready && !turn.alone) return track(turn.run())
      // Whoever is refused while it is being prepared is told in its turn, and by its own promise only.
      ready?.catch(() => {})
      const sent = sendInTurn(turn, tail, ready)
      const answered = sent.then(({ reply }) => reply)
      const passed = (turn.alone ? answered : sent).then(
        () => {},
        () => {},
      )
      tail = passed
      void passed.then(() => {
        if (tail === passed) tail = undefined
      })
      return track(answered)
    },
    idle: async () => void (await Promise.allSettled([...unanswered])),
  }
}
