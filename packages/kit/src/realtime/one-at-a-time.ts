/** Questions of which the next is not asked before the provider has said what becomes of the last. */
export interface OneAtATime<Question> {
  /** What the provider has been asked, and has not answered yet. */
  readonly open: Question | undefined
  /** Ask when it is this one's turn. Resolves when it has asked, or found that it need not. */
  next(ask: () => Promise<void>): Promise<void>
  /** It has asked. */
  asked(question: Question): void
  /** The open question is open no more. */
  close(): void
  /** Resolves when nobody waits for its turn. */
  idle(): Promise<void>
}

export function oneAtATime<Question>(): OneAtATime<Question> {
  let open: Question | undefined
  let decide = () => {}
  let decided: Promise<void> = Promise.resolve()
  let before: Promise<void> = decided
  return {
    get open() {
      return open
    },
    next(ask) {
      const sent = before.then(ask)
      before = sent.then(
        () => decided,
        () => {},
      )
      return sent
    },
    asked(question) {
      open = question
      decided = new Promise((resolve) => {
        decide = resolve
      })
    },
    close() {
      open = undefined
      decide()
    },
    idle: () => before,
  }
}
