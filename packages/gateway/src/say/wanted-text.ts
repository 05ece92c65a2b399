import { showUsd } from '@tollgate/kit/core'
import type { Wanted } from '@tollgate/kit/directory'

/** What somebody asks for, or has been given, in one line: `gpt-4o, tier project, +$50.00 on usd-day, 600 rpm`. */
export function wantedText({ models = [], tier, raise, rates = {} }: Wanted): string {
  return [
    ...models,
    ...(tier === undefined ? [] : [`tier ${tier}`]),
    ...(raise ? [`+${showUsd(raise.nanoUsd)} on ${raise.budget}`] : []),
    ...Object.entries(rates).map(([name, rate]) => `${rate} ${name}`),
  ].join(', ')
}
