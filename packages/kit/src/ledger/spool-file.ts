import { closeSync, constants, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { type Closing, frame, parseLine, type SpoolLine } from './spool-line.ts'

/** A closing in a file, under the number by which it is marked as taken. */
export interface Kept {
  readonly kept: number
  readonly closing: Closing
}

/** One file of a spool: lines are only ever added, and the whole file goes when nothing in it is left to tell. */
export interface SpoolFile {
  readonly path: string
  /** Kept in it, and not taken by the books. */
  left(): number
  /** Of those, how many `next` has still to give. */
  unread(): number
  /** Lines that could not be read, a torn last one aside. */
  damaged(): number
  bytes(): number
  /**
   * Write a closing down, for `next` to give later or not.
   *
   * @throws Error when the disk does not take it; the file is then not to be written to again.
   */
  keep(closing: Closing, options: { readonly forLater: boolean }): number
  /** Note that the books have it, so that nobody tells them again. */
  markTaken(kept: number): void
  /** What was kept for later, oldest first. */
  next(): Kept | undefined
  /** Nothing of it is left to tell, what another process may have added meanwhile included. */
  isSpent(): boolean
  /** Somebody else has told all that was in it, and removed it. */
  isGone(): boolean
  close(): void
  remove(): void
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDWR } = constants

/** Make a file that its owner alone can read. */
export function newSpoolFile(path: string): SpoolFile {
  return spoolFile(path, openSync(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL, 0o600))
}

/** Open a file that another process has written, or is still writing. */
export function foundSpoolFile(path: string): SpoolFile {
  return spoolFile(path, openSync(path, O_RDWR | O_APPEND))
}

function spoolFile(path: string, fd: number): SpoolFile {
  const { taken, damaged, ...found } = survey(fd)
  const lines = lineReader(fd)
  let pending: (SpoolLine | undefined)[] = []
  let head: Kept | undefined
  let { torn, last, left } = found
  let unread = left

  function append(line: SpoolLine): void {
    // Behind a torn line ours would be part of it.
    const bytes = Buffer.from(torn ? `\n${frame(line)}` : frame(line))
    torn = false
    if (writeSync(fd, bytes) < bytes.length) throw new Error(`${path} was not written to its end`)
  }

  function peek(): Kept | undefined {
    while (!head) {
      if (pending.length === 0) pending = lines.read()
      if (pending.length === 0) return undefined
      const line = pending.shift()
      if (line && 'kept' in line && !taken.has(line.kept)) head = noted(line)
    }
    return head
  }

  /** What its owner has added since the survey counts from here on. */
  function noted(line: Kept): Kept {
    if (line.kept > last) {
      last = line.kept
      left += 1
      unread += 1
    }
    return line
  }

  return {
    path,
    left: () => left,
    unread: () => unread,
    damaged: () => damaged,
    bytes: () => fstatSync(fd).size,
    keep(closing, { forLater }) {
      const kept = last + 1
      append({ kept, closing })
      last = kept
      left += 1
      if (forLater) unread += 1
      else if (unread === 0) {
        pending = []
        lines.skipTo(fstatSync(fd).size)
      }
      return kept
    },
    markTaken(kept) {
      left -= 1
      append({ taken: kept })
    },
    next() {
      const found = peek()
      head = undefined
      unread = found ? unread - 1 : 0
      return found
    },
    isSpent: () => left === 0 && peek() === undefined,
    isGone: () => fstatSync(fd).nlink === 0,
    close: () => closeSync(fd),
    remove() {
      closeSync(fd)
      rmSync(path, { force: true })
    },
  }
}

interface Survey {
  readonly taken: ReadonlySet<number>
  readonly left: number
  /** The highest number that anything is kept under. */
  readonly last: number
  readonly damaged: number
  readonly torn: boolean
}

/** What has been taken stands behind what was kept: it has to be known before the first line is told. */
function survey(fd: number): Survey {
  const lines = lineReader(fd)
  const kept = new Set<number>()
  const taken = new Set<number>()
  let last = 0
  let damaged = 0
  for (let some = lines.read(); some.length > 0; some = lines.read()) {
    for (const line of some) {
      if (!line) damaged += 1
      else if ('taken' in line) taken.add(line.taken)
      else {
        kept.add(line.kept)
        last = Math.max(last, line.kept)
      }
    }
  }
  const left = [...kept].filter((number) => !taken.has(number)).length
  return { taken, left, last, damaged, torn: lines.at() < fstatSync(fd).size }
}

/** No line is as long: names have at most 512 characters. */
const CHUNK_BYTES = 65_536
const NEWLINE = 10

/** Reads whole lines, some at a time, from a file that may still grow. A last line without an end is torn: not there. */
function lineReader(fd: number) {
  let at = 0

  function read(): (SpoolLine | undefined)[] {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    const length = readSync(fd, chunk, 0, CHUNK_BYTES, at)
    const end = chunk.subarray(0, length).lastIndexOf(NEWLINE)
    if (end < 0) {
      if (length < CHUNK_BYTES) return []
      at += length
      return [undefined]
    }
    at += end + 1
    return chunk.toString('utf8', 0, end).split('\n').map(parseLine)
  }

  return {
    read,
    at: () => at,
    skipTo(bytes: number) {
      at = bytes
    },
  }
}
