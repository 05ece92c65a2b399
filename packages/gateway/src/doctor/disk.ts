import type { Finding } from './finding.ts'

const MEGABYTE = 2 ** 20
/** A gateway's next commits may need this much, bytes. */
const LEAST_SPACE = 64 * MEGABYTE
const LITTLE_SPACE = 1024 * MEGABYTE
/** The log of a file whose checkpoints come through stays far below this, bytes. */
const LONG_LOG = 256 * MEGABYTE
const OTHERS = 0o077

/** What is known of a file and the disk it is on, in bytes. */
export interface Disk {
  /** Permissions of the file; undefined when it is not there yet. */
  readonly mode: number | undefined
  readonly fileBytes: number
  /** Of the write-ahead log. */
  readonly logBytes: number
  readonly freeBytes: number
}

/** What the file system says of an SQLite store. */
export function diskFindings({ mode, fileBytes, logBytes, freeBytes }: Disk): Finding[] {
  return [...openToOthers(mode), ...longLog(logBytes), space(freeBytes, fileBytes)]
}

function openToOthers(mode = 0): Finding[] {
  if ((mode & OTHERS) === 0) return []
  const text = `Others may read or write the file (mode ${mode.toString(8)}), and with it what everybody has spent: chmod 600 it.`
  return [{ check: 'file', level: 'warn', text }]
}

function longLog(bytes: number): Finding[] {
  if (bytes <= LONG_LOG) return []
  const text = `The write-ahead log has ${megabytes(bytes)}: something that reads the file never ends, and keeps the log from starting over. Find that process, and end it.`
  return [{ check: 'log', level: 'warn', text }]
}

function space(freeBytes: number, fileBytes: number): Finding {
  const free = `The disk has ${megabytes(freeBytes)} free`
  const full = 'when it is full nothing can be reserved, and every request is refused'
  if (freeBytes < LEAST_SPACE)
    return { check: 'space', level: 'refuse', text: `${free}: ${full}. Make room.` }
  if (freeBytes < LITTLE_SPACE) return { check: 'space', level: 'warn', text: `${free}: ${full}. Make room.` }
  if (freeBytes < fileBytes)
    return {
      check: 'space',
      level: 'warn',
      text: `${free}, and a backup of the file needs ${megabytes(fileBytes)}.`,
    }
  return { check: 'space', level: 'note', text: `${free}.` }
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / MEGABYTE)} MB`
}
