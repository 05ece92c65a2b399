import { type Args, numberOf } from './command.ts'

export const RATES_USAGE: readonly string[] = [
  '--rpm N          requests a minute, in place of its own',
  '--tpm N          tokens a minute, likewise',
  '--concurrency N  requests at a time, likewise',
]

/** One rate, where it is asked for. @throws UsageError when it is no whole number. */
export function rateOf(
  args: Args,
  name: 'rpm' | 'tpm' | 'concurrency',
): { readonly [Rate in typeof name]?: number } {
  const rate = numberOf(args, name)
  return rate === undefined ? {} : { [name]: rate }
}
