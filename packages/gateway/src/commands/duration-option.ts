import { durationMs } from '../config/duration.ts'
import { type Args, textOf, UsageError } from './command.ts'

/** A duration, ms; undefined when it is not given. @throws UsageError when it is not one. */
export function durationOf(args: Args, option: string): number | undefined {
  const text = textOf(args, option)
  if (text === undefined) return undefined
  const ms = durationMs(text)
  if (ms === undefined) throw new UsageError(`--${option} ${text} is not a duration: write 12h or 30d`)
  return ms
}
