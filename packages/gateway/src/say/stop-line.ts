import { showUsd } from '@tollgate/kit/core'
import type { Totals } from '../pipeline/traffic.ts'
import { line } from './config-lines.ts'

/** The last line of a gateway: what it has served since its start, and whether it waited for all of it. */
export function stopLine(signal: string, { requests, nanoUsd, cutOff }: Totals): string {
  const counted = `${requests} ${requests === 1 ? 'request' : 'requests'}`
  const waited = cutOff === 0 ? `drained · ${counted}` : `stopped · ${counted}, ${cutOff} cut off`
  return line(signal === 'SIGINT' ? '^C' : 'stop', `${waited} · ${showUsd(nanoUsd)} · books kept`)
}
