import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { OutcomeMessage, ServeOptions, TurnMessage } from './serve.ts'

export interface LedgerThread {
  /**
   * Have a turn carried out, behind those that were sent before it. Also when the thread has died it is told how that
   * ended: nobody knows.
   *
   * @throws DOMException when a command holds what cannot be sent, a function for instance; then nothing was sent.
   */
  send(turn: TurnMessage, tell: Tell): void
  /** Carry out what was sent, then close the file. */
  close(): Promise<void>
}

export type Tell = (message: OutcomeMessage) => void

/** Beside this file: a module of its own, since a thread starts from a file; TypeScript only in the source tree. */
const threadPath = () => join(dirname(__filename), `thread.${__filename.endsWith('.ts') ? 'mts' : 'mjs'}`)

/** Start the thread that keeps the books. It keeps the process alive only while a turn is under way. */
export function ledgerThread(options: ServeOptions): LedgerThread {
  const thread = new Worker(threadPath(), { name: 'tollgate-ledger', execArgv: [], workerData: options })
  const underWay: Tell[] = []
  let closing = false
  let fault: unknown
  let ended: Error | undefined

  thread.unref()
  thread.on('message', (message: OutcomeMessage) => {
    const tell = underWay.shift()!
    if (underWay.length === 0 && !closing) thread.unref()
    tell(message)
  })
  // An error is always followed by the exit, which is where it is dealt with.
  thread.on('error', (error) => {
    fault = error
  })
  const exited = new Promise<void>((resolve) => {
    thread.once('exit', (code) => {
      ended = closing ? new Error('the ledger is closed') : diedOf(fault ?? `exit ${code}`)
      for (const tell of underWay.splice(0)) tell({ outcome: { error: ended }, generation: NOBODY_KNOWS })
      resolve()
    })
  })

  return {
    send(turn, tell) {
      if (ended) return tell({ outcome: { error: ended }, generation: NOBODY_KNOWS })
      thread.postMessage(turn)
      thread.ref()
      underWay.push(tell)
    },
    async close() {
      closing = true
      thread.ref()
      thread.postMessage('close')
      await exited
    },
  }
}

const NOBODY_KNOWS = -1

function diedOf(cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : cause
  return new Error(
    `the ledger's thread has died (${reason}): what was under way may have happened or not, and nothing more can be asked before the process has started again`,
    { cause },
  )
}
