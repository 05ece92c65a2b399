import { loadavg } from 'node:os'

/** What else the machine had to do, in words, for whoever reads the table later. */
export function machineLoad(): string {
  return `Load of the machine: ${loadavg()
    .map((average) => average.toFixed(1))
    .join(', ')}.`
}
