import { Worker } from 'node:worker_threads'

export interface Checkpointer {
  /** Count rows that were written; now and then this starts a checkpoint. */
  wrote(rows: number): void
  close(): Promise<void>
}

/** About as many pages of write-ahead log, 8 MB: each row changes one page at most, and shares it as a rule. */
const ROWS_PER_CHECKPOINT = 2_000

/**
 * The thread's whole program. It is source text, not a file, because a file would have another name in the build than
 * when run from source. A checkpoint that finds the file busy does what it can; the next one does the rest.
 */
const THREAD = `
  const { DatabaseSync } = require('node:sqlite')
  const { parentPort, workerData } = require('node:worker_threads')
  const db = new DatabaseSync(workerData)
  db.exec('PRAGMA synchronous = NORMAL')
  parentPort.on('message', (message) => {
    if (message === 'checkpoint') return db.exec('PRAGMA wal_checkpoint(PASSIVE)')
    db.close()
    parentPort.close()
  })
`

/**
 * Moves what has been committed from the write-ahead log into the file, on a thread of its own: this is where the disk
 * is synced, and the event loop must not wait for it. The thread starts with the first checkpoint, so that a process
 * that writes little never has one.
 *
 * @param onFault told when the thread has died; the connection has to checkpoint for itself from then on.
 */
export function checkpointer(path: string, onFault: (error: Error) => void): Checkpointer {
  let thread: Worker | undefined
  let ended: Promise<void> | undefined
  let rowsSince = 0

  function start(): Worker {
    const worker = new Worker(THREAD, {
      eval: true,
      workerData: path,
      execArgv: [],
      name: 'tollgate-checkpoint',
    })
    ended = new Promise((resolve) => worker.once('exit', () => resolve()))
    worker.on('error', onFault)
    worker.unref()
    return worker
  }

  return {
    wrote(rows) {
      rowsSince += rows
      if (rowsSince < ROWS_PER_CHECKPOINT) return
      rowsSince = 0
      thread ??= start()
      thread.postMessage('checkpoint')
    },
    async close() {
      if (!thread) return
      thread.ref()
      thread.postMessage('close')
      await ended
    },
  }
}
