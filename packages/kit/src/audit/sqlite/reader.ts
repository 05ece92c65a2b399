import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { Worker } from 'node:worker_threads'

export interface Statement {
  readonly sql: string
  readonly values: SQLInputValue[]
}

/** Integers are BigInts. */
export type Row = Readonly<Record<string, SQLOutputValue>>

export type Query = (statement: Statement) => Promise<readonly Row[]>

export interface Reader {
  readonly query: Query
  close(): Promise<void>
}

/**
 * The thread's whole program. It is source text, not a file, because a file would have another name in the build than
 * when run from source.
 */
const THREAD = `
  const { DatabaseSync } = require('node:sqlite')
  const { parentPort, workerData } = require('node:worker_threads')
  const db = new DatabaseSync(workerData, { readOnly: true, timeout: 5000 })
  parentPort.on('message', (message) => {
    if (message === 'close') {
      db.close()
      parentPort.close()
      return
    }
    const { ask, sql, values } = message
    try {
      const statement = db.prepare(sql)
      statement.setReadBigInts(true)
      parentPort.postMessage({ ask, rows: statement.all(...values).map((row) => ({ ...row })) })
    } catch (error) {
      parentPort.postMessage({ ask, error })
    }
  })
`

interface Answer {
  readonly ask: number
  readonly rows?: readonly Row[]
  readonly error?: unknown
}

/**
 * Questions are answered on a thread of their own: a sum over a month of records takes as long as many requests do, and
 * the event loop must not wait for it. The thread starts with the first question.
 */
export function threadReader(path: string): Reader {
  let thread: Worker | undefined
  let ended: Promise<void> | undefined
  let asks = 0
  const open = new Map<number, PromiseWithResolvers<readonly Row[]>>()

  function start(): Worker {
    const worker = new Worker(THREAD, { eval: true, workerData: path, execArgv: [], name: 'tollgate-audit' })
    ended = new Promise((resolve) => worker.once('exit', () => resolve()))
    worker.on('message', ({ ask, rows, error }: Answer) => {
      const asked = open.get(ask)
      open.delete(ask)
      if (open.size === 0) worker.unref()
      if (rows) asked?.resolve(rows)
      else asked?.reject(error)
    })
    worker.on('error', (error) => {
      thread = undefined
      for (const asked of open.values()) asked.reject(error)
      open.clear()
    })
    return worker
  }

  return {
    query({ sql, values }) {
      thread ??= start()
      const asked = Promise.withResolvers<readonly Row[]>()
      asks += 1
      open.set(asks, asked)
      thread.ref()
      thread.postMessage({ ask: asks, sql, values })
      return asked.promise
    },
    async close() {
      if (!thread) return
      thread.ref()
      thread.postMessage('close')
      await ended
      thread = undefined
    },
  }
}

/** For a database in memory, which no other connection can see. */
export function sameReader(db: DatabaseSync): Reader {
  return {
    async query({ sql, values }) {
      const statement = db.prepare(sql)
      statement.setReadBigInts(true)
      return statement.all(...values)
    },
    async close() {},
  }
}
