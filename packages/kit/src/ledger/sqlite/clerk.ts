import type { Ledger } from '../ledger.ts'

/** The commands that go through the books, each in the transaction of its turn. */
export type CommandName = Exclude<keyof Ledger, 'smallestLimits' | 'close'>

/** A command as data: what it is called, and what it is given, with nothing left out. */
export type Command = { readonly [Name in CommandName]: readonly [Name, ...Given<Name>] }[CommandName]
export type Given<Name extends CommandName> = Parameters<Ledger[Name]>
export type Reply<Name extends CommandName> = Awaited<ReturnType<Ledger[Name]>>

/** Who keeps the books: this thread, or one of their own. Commands are right when they get here. */
export interface Clerk {
  /** Carry a command out in the transaction of this turn, and answer when it is committed. */
  submit(command: Command): Promise<unknown>
  readonly smallestLimits: Ledger['smallestLimits']
  /** Carry out what has been asked, then close the file. */
  close(): Promise<void>
}
