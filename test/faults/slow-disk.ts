import { createRequire } from 'node:module'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setEnvironmentData, threadId } from 'node:worker_threads'

/** What to load into a thread for its disk to be slow. */
export const SLOW_DISK: string = createRequire(import.meta.url).resolve('./sqlite-slow-disk.cjs')

const ALL = 2 ** 31 - 1
/** Where the threads and this one tell each other; the .cjs has the same numbers. */
const [BEGUN, ENDED, ALLOWED, ON_THE_LOOP] = [0, 1, 2, 3] as const

export interface SlowDisk {
  begun(): number
  ended(): number
  /** Syncs that this thread, the event loop's, would have waited for. */
  onTheLoop(): number
  /** Let no further sync end. */
  stop(): void
  /** Let so many of those end; without a number, all of them and all others. */
  allow(count?: number): void
}

/** Make the disk of this thread slow, and of all that are started with {@link SLOW_DISK} from now on. */
export function slowDisk(): SlowDisk {
  const cells = new Int32Array(new SharedArrayBuffer(16))
  setEnvironmentData('slow disk', { cells, loopThread: threadId } as never)
  createRequire(import.meta.url)(SLOW_DISK)
  const read = (cell: number) => Atomics.load(cells, cell)
  function allowed(count: number): void {
    Atomics.store(cells, ALLOWED, count)
    Atomics.notify(cells, ALLOWED)
  }
  allowed(ALL)
  return {
    begun: () => read(BEGUN),
    ended: () => read(ENDED),
    onTheLoop: () => read(ON_THE_LOOP),
    stop: () => allowed(read(BEGUN)),
    allow: (count) => allowed(count === undefined ? ALL : read(ALLOWED) + count),
  }
}

/** Let the event loop turn so often. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn()
}

/** Let the event loop turn until something is so. */
export async function turnsUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn()
}
