import { sinceMsOf } from '../report/since.ts'
import { type Args, textOf, UsageError } from './command.ts'

/**
 * The time that `--since` names, ms since the epoch; undefined when it is not given.
 *
 * @throws UsageError when it is not a time.
 */
export function sinceOf(args: Args, nowMs: number): number | undefined {
  const text = textOf(args, 'since')
  const sinceMs = text === undefined ? undefined : sinceMsOf(text, nowMs)
  if (text === undefined || sinceMs !== undefined) return sinceMs
  throw new UsageError(`--since ${text} is not a time: write 12h, 7d or 2026-11-01`)
}
