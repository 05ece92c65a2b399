import { accessSync, constants, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { uuidv7 } from '../core/ids.ts'
import { foundSpoolFile, newSpoolFile, type SpoolFile } from './spool-file.ts'
import type { Closing } from './spool-line.ts'

/** A closing that is written down. */
export interface Slip {
  readonly closing: Closing
  /** The books have it. */
  taken(): void
}

export interface SpoolFolder {
  readonly path: string
  /** Write a closing down, for `next` to give later or not; undefined when the disk does not take it. */
  keep(closing: Closing, options: { readonly forLater: boolean }): Slip | undefined
  /** What is only here: written by processes before this one, or kept for later. */
  unread(): number
  /** The next of those, oldest first within each file. */
  next(): Slip | undefined
  close(): void
}

export interface SpoolFolderOptions {
  /** What this process's and its adopted files may take up, bytes. */
  readonly maxBytes: number
  readonly onFault: (sentence: string, cause?: unknown) => void
}

/** The layout is in the name: what another layout's Tollgate has written waits for that Tollgate. */
const SUFFIX = '.spool-1'
/** A file goes when all of it is taken, so that one reservation that is never taken holds up no more than this. */
const FILE_BYTES = 4 * 2 ** 20

/**
 * The files of a spool. Each process writes files of its own, under names that nobody else has, and takes on those that
 * it finds when it starts: their owners are dead, or will be told otherwise. There is no lock, since none that goes by
 * process ids is right after kill -9 (a container's next process often has the same one, and another container's is not
 * to be seen). None is needed: a closing that two processes tell counts once. A file that was taken from a living owner
 * has a link count of zero, and its owner begins another.
 *
 * @throws Error when the folder cannot be made or written to.
 */
export function openSpoolFolder(path: string, { maxBytes, onFault }: SpoolFolderOptions): SpoolFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  accessSync(path, constants.W_OK | constants.X_OK)
  const files = new Set<SpoolFile>()
  let current: SpoolFile | undefined
  let failing = false
  for (const name of readdirSync(path).sort()) if (name.endsWith(SUFFIX)) adopt(join(path, name))

  function adopt(found: string): void {
    try {
      const file = foundSpoolFile(found)
      files.add(file)
      if (file.damaged() > 0) {
        onFault(
          `${found}: ${file.damaged()} of its lines cannot be read. The books are not told what they say: its reservations expire, and are charged what they reserved.`,
        )
      }
      removeSpent(file)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return
      onFault(`${found} cannot be read, and is left as it is: ${String(cause)}`, cause)
    }
  }

  function writable(): SpoolFile | undefined {
    if (current && (current.bytes() >= FILE_BYTES || current.isGone())) current = undefined
    if (current) return current
    const bytes = [...files].reduce((sum, file) => sum + file.bytes(), 0)
    if (bytes > maxBytes - FILE_BYTES) return undefined
    current = newSpoolFile(join(path, uuidv7() + SUFFIX))
    files.add(current)
    return current
  }

  function removeSpent(file: SpoolFile): void {
    if (!files.has(file) || !file.isSpent()) return
    if (file === current) current = undefined
    files.delete(file)
    file.remove()
  }

  /** The disk may be full, or gone: the books are told all the same, by as much as is in memory. */
  function guarded<T>(work: () => T): T | undefined {
    try {
      const done = work()
      failing = false
      return done
    } catch (cause) {
      current = undefined
      if (!failing) onFault(`The spool in ${path} cannot be written: ${String(cause)}`, cause)
      failing = true
      return undefined
    }
  }

  function slip(file: SpoolFile, kept: number, closing: Closing): Slip {
    return {
      closing,
      taken() {
        if (!files.has(file)) return
        guarded(() => file.markTaken(kept))
        guarded(() => removeSpent(file))
      },
    }
  }

  return {
    path,
    keep: (closing, options) =>
      guarded(() => {
        const file = writable()
        return file && slip(file, file.keep(closing, options), closing)
      }),
    unread: () => [...files].reduce((sum, file) => sum + file.unread(), 0),
    next() {
      for (const file of files) {
        const found = file.unread() > 0 && guarded(() => file.next())
        if (found) return slip(file, found.kept, found.closing)
      }
      return undefined
    },
    close() {
      for (const file of files) file.close()
      files.clear()
      current = undefined
    },
  }
}
