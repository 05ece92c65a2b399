import { crc32 } from 'node:zlib'
import { checkId, checkSettle } from './check.ts'
import type { Amounts, Basis } from './ledger.ts'

/** How a reservation ended, as the books are still to be told. */
export interface Closing {
  readonly org: string
  readonly id: string
  /** Absent: it was released. */
  readonly settled?: { readonly actual: Amounts; readonly basis: Basis }
  /** When the books were first told, ms since the epoch. */
  readonly atMs: number
}

/** What a spool's file says: that something is kept, under a number of its own, or that the books have it now. */
export type SpoolLine = { readonly kept: number; readonly closing: Closing } | { readonly taken: number }

/** A line of the file: its checksum, a space, JSON, and the end of the line, which JSON never contains. */
export function frame(line: SpoolLine): string {
  const json = JSON.stringify(line)
  return `${checksum(json)} ${json}\n`
}

/** Undefined: a line that was torn or changed, or that says nothing which a ledger would take. */
export function parseLine(text: string): SpoolLine | undefined {
  const json = text.slice(CHECKSUM_DIGITS + 1)
  if (text !== `${checksum(json)} ${json}`) return undefined
  const line = JSON.parse(json) as SpoolLine
  return 'taken' in line || isClosing(line.closing) ? line : undefined
}

const CHECKSUM_DIGITS = 8

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(CHECKSUM_DIGITS, '0')
}

function isClosing({ org, id, settled }: Closing): boolean {
  try {
    if (settled) checkSettle({ org, id, ...settled })
    else checkId(org, id)
    return true
  } catch {
    return false
  }
}
