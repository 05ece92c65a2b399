import type { Ledger } from '../../ledger/ledger.ts'

/** The commands of a ledger that a history may give. */
export type Method = Exclude<keyof Ledger, 'close' | 'read' | 'accounts' | 'smallestLimits'>

type Call<Name extends Method> = readonly [name: Name, ...args: Parameters<Ledger[Name]>]

/** What a history consists of: commands as data, time that passes (or steps back), and a restart. */
export type Command =
  | { readonly [Name in Method]: Call<Name> }[Method]
  | readonly [name: 'wait', ms: number]
  | readonly [name: 'reopen']

export type LedgerCommand = Exclude<Command, readonly ['wait', number] | readonly ['reopen']>

export type History = readonly Command[]

export function isForLedger(command: Command): command is LedgerCommand {
  return command[0] !== 'wait' && command[0] !== 'reopen'
}

export type Reply = Awaited<ReturnType<Ledger[Method]>>

export function give(ledger: Ledger, [name, ...args]: LedgerCommand): Promise<Reply> {
  const method = ledger[name] as (...given: unknown[]) => Promise<Reply>
  return method(...args)
}

/** The history as a program, to be read and to be run again. */
export function programOf(history: History): string {
  return history.map(lineOf).join('\n')
}

function lineOf([name, ...args]: Command): string {
  const given = args.map((arg) => JSON.stringify(arg)).join(', ')
  if (name === 'wait') return `clock.nowMs += ${given}`
  if (name === 'reopen') return 'ledger = await reopen()'
  return `await ledger.${name}(${given})`
}
