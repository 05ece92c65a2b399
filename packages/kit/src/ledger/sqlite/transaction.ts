import type { Outcome } from './turn.ts'

/** What surrounds the commands of one turn: all of them are one transaction. */
export interface Transaction {
  begin(): void
  commit(): void
  /** Undo what `begin` began, and forget what may now be wrong. Must not throw. */
  abandon(): void
}

/** Carry commands out in their order, all of them or none. */
export function inOneTransaction<Command>(
  { begin, commit, abandon }: Transaction,
  commands: readonly Command[],
  carryOut: (command: Command) => unknown,
): Outcome {
  try {
    begin()
    const replies = commands.map(carryOut)
    commit()
    return { replies }
  } catch (error) {
    abandon()
    return { error }
  }
}
