import type { AuditRecord } from '@tollgate/kit/audit'
import { showUsd } from '@tollgate/kit/core'
import { piecesText } from './pieces.ts'

/** A name from outside is shown so far; the rest of it says nothing to a reader. */
const MAX_NAME = 64

/**
 * A request as a line for people: `12:01:07  200 demo gpt-4o-mini 18→9 tok $0.000008 left $49.999992 612 ms`.
 *
 * @param leftNanoUsd what the tightest budget over the caller has left; undefined when there is none in USD.
 */
export function requestLine(record: AuditRecord, leftNanoUsd: number | undefined): string {
  const { endedAtMs, status, latencyMs } = record
  const who = record.key ?? record.user ?? record.project ?? record.team ?? '-'
  const parts = [
    `${timeOf(endedAtMs)} `,
    status ?? record.ending,
    shown(who),
    record.model === null ? undefined : shown(record.model),
    verdict(record),
    amountOf(record),
    cachedOf(record),
    record.basis === null ? undefined : `${showUsd(record.chargedNanoUsd)}${MARKS[record.basis]}`,
    leftNanoUsd === undefined ? undefined : `left ${showUsd(leftNanoUsd)}`,
    latencyMs === null ? undefined : `${latencyMs} ms`,
  ]
  return parts.filter((part) => part !== undefined).join(' ')
}

/** How a charge is known, where the provider did not say. */
const MARKS = { exact: '', estimated: ' (estimated)', unconfirmed: ' (unconfirmed)' } as const

/** What was decided, where it was not simply let pass. */
function verdict({ decision, fault, wouldRefuse, ending, attempts }: AuditRecord): string | undefined {
  if (attempts.at(-1)?.outcome === 'stopped') return 'cut off: this gateway stopped'
  if (decision !== 'allowed' && decision !== 'undecided') return decision
  if (fault !== null) return fault
  if (wouldRefuse !== null) return `would refuse: ${wouldRefuse}`
  return ending === 'aborted' ? 'client left' : undefined
}

/** What the cache served, and what that saves. */
function cachedOf({ cache, savedNanoUsd }: AuditRecord): string | undefined {
  if (cache !== 'hit' && cache !== 'semantic' && cache !== 'collapsed') return undefined
  return `cached, saved ${showUsd(savedNanoUsd ?? 0)}`
}

/** Tokens, and what is billed by the piece in their stead; a search comes beside tokens, and tells less than they do. */
function amountOf(record: AuditRecord): string | undefined {
  const { images, characters, audioMs, unit, unitThousandths } = record
  const units = unit === null || unitThousandths === null ? {} : { [unit]: unitThousandths }
  const pieces = piecesText({ images, characters, audioMs, webSearches: null, unitThousandths: units })
  return pieces[0] ?? tokensOf(record)
}

function tokensOf(record: AuditRecord): string | undefined {
  if (record.inputTokens === null && record.outputTokens === null) return undefined
  const input = sum(
    record.inputTokens,
    record.cachedInputTokens,
    record.cacheWriteTokens,
    record.audioInputTokens,
  )
  return `${input}→${sum(record.outputTokens, record.audioOutputTokens)} tok`
}

function sum(...tokens: readonly (number | null)[]): number {
  return tokens.reduce<number>((total, count) => total + (count ?? 0), 0)
}

/** The clock on the wall beside the console. */
function timeOf(ms: number): string {
  const date = new Date(ms)
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

/** A model's name is the caller's own text: it must neither begin a line of its own nor colour the terminal. */
function shown(name: string): string {
  const plain = name.replace(/[^\x21-\x7e\u00a1-\uffff]/g, '?')
  return plain.length > MAX_NAME ? `${plain.slice(0, MAX_NAME)}…` : plain
}
