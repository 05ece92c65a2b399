import type { ParseArgsOptionsConfig } from 'node:util'
import { hint } from '../config/nearest.ts'
import type { Env } from '../config/variables.ts'

/** What a command has of the world. */
export interface World {
  readonly env: Env
  readonly cwd: string
  /** Write a line for whoever called. */
  out(line: string): void
  /** Write a line that is no part of the answer. */
  err(line: string): void
  /** All that comes on standard input. */
  input(): Promise<string>
  /** Begin a new screen, where the answer goes to one. */
  clear(): void
  /** Resolves when the process is told to stop, with the signal's name. */
  readonly stopped: Promise<string>
  nowMs(): number
  /** Call this whenever the process is told to look at its files again (SIGHUP), which then is no reason to end. */
  onHangup(listener: () => void): void
}

/** A command of `tollgate`. */
export interface Command {
  /** As it is typed: `keys create`. */
  readonly name: string
  readonly summary: string
  /** Operands and options as help shows them, a line each. */
  readonly usage: readonly string[]
  readonly options: ParseArgsOptionsConfig
  /** How many operands there must be. */
  readonly operands?: number
  /** @returns the exit code; whatever it throws is one line on stderr, and exit code 1. */
  run(args: Args, world: World): Promise<number>
}

export interface Args {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>
  readonly operands: readonly string[]
}

/** The command was typed wrongly: exit code 2, and where to read how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The text of an option, when it was given. */
export function textOf({ values }: Args, option: string): string | undefined {
  const value = values[option]
  return typeof value === 'string' ? value : undefined
}

/** The texts of an option that may be given several times. */
export function textsOf({ values }: Args, option: string): readonly string[] {
  const value = values[option]
  return Array.isArray(value) ? value.map(String) : []
}

/** One of these words. @throws UsageError with the nearest of them. */
export function wordOf<const Word extends string>(
  args: Args,
  option: string,
  words: readonly Word[],
): Word | undefined {
  const text = textOf(args, option)
  if (text === undefined || words.includes(text as Word)) return text as Word | undefined
  throw new UsageError(`--${option} ${text} is not known: ${hint(text, words)}`)
}

/** A whole number. @throws UsageError when it is not one, or too large. */
export function numberOf(args: Args, option: string, max = Infinity): number | undefined {
  const text = textOf(args, option)
  if (text === undefined) return undefined
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (number <= max) return number
  const range = max === Infinity ? '' : ` from 0 to ${max}`
  throw new UsageError(`--${option} ${text} must be a whole number${range}`)
}
