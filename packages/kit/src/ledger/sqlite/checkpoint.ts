import { Worker } from 'node:worker_threads'

export interface Checkpointer {
  /** Count rows that were written; now and then this starts a checkpoint. */
  wrote(rows: number): void
  close(): Promise<void>
}

export interface CheckpointerOptions {
  /** Begin no transaction until the answer is called; the event loop itself goes on. */
  readonly hold: () => () => void
  /** Told when the thread has died; the connection has to checkpoint for itself from then on. */
  readonly onFault: (error: Error) => void
}

/** At a few rows a page, about 10 MB of write-ahead log. */
const ROWS_PER_CHECKPOINT = 8_000

/**
 * The thread's whole program. It is source text, not a file, because a file would have another name in the build than
 * when run from source.
 */
const THREAD = `
  const { DatabaseSync } = require('node:sqlite')
  const { parentPort, workerData } = require('node:worker_threads')
  const db = new DatabaseSync(workerData)
  db.exec('PRAGMA synchronous = NORMAL')
  parentPort.on('message', (message) => {
    if (message === 'checkpoint') {
      db.exec('PRAGMA wal_checkpoint(PASSIVE)')
      parentPort.postMessage('checkpointed')
    } else {
      db.close()
      parentPort.close()
    }
  })
`

/**
 * Moves what has been committed from the write-ahead log into the file, on a thread of its own: this is where the disk
 * is synced, and the event loop must not wait for it.
 *
 * The log starts over only when all of it has been moved, which under steady writing never happens by itself. So when
 * something was written during a checkpoint, new transactions are held back for a second, short one: commands wait a
 * moment, the event loop does not.
 *
 * The thread starts with the first checkpoint, so that a process that writes little never has one.
 */
export function checkpointer(path: string, { hold, onFault }: CheckpointerOptions): Checkpointer {
  let thread: Worker | undefined
  let ended: Promise<void> | undefined
  let running = false
  let closing = false
  let release: (() => void) | undefined
  let rowsSince = 0

  function start(): Worker {
    const worker = new Worker(THREAD, {
      eval: true,
      workerData: path,
      execArgv: [],
      name: 'tollgate-checkpoint',
    })
    ended = new Promise((resolve) => worker.once('exit', () => resolve()))
    worker.on('message', checkpointed)
    worker.on('error', died)
    worker.unref()
    return worker
  }

  function checkpointed(): void {
    if (!release && rowsSince > 0) {
      release = hold()
      rowsSince = 0
      // Commands are waiting for the thread's answer now, so the process must not end for want of anything else to do.
      thread?.ref()
      thread?.postMessage('checkpoint')
    } else proceed()
  }

  function proceed(): void {
    running = false
    // Whoever closes waits for the thread's end, and nothing else may be keeping the process alive.
    if (!closing) thread?.unref()
    release?.()
    release = undefined
  }

  function died(error: Error): void {
    proceed()
    running = true
    onFault(error)
  }

  return {
    wrote(rows) {
      rowsSince += rows
      if (running || rowsSince < ROWS_PER_CHECKPOINT) return
      running = true
      rowsSince = 0
      thread ??= start()
      thread.postMessage('checkpoint')
    },
    async close() {
      if (!thread) return
      closing = true
      thread.ref()
      thread.postMessage('close')
      await ended
    },
  }
}
