import { Worker, type WorkerOptions } from 'node:worker_threads'

interface Numbered {
  readonly id: number
}

/** A worker that answers requests, each by its number. */
export interface Thread<Request extends Numbered, Reply extends Numbered> {
  /** @throws Error when the worker dies before it has answered, or is closed. */
  ask(request: Omit<Request, 'id'>): Promise<Reply>
  close(): Promise<void>
}

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: Error) => void
}

/** A worker that is started with the first request, again after it has died, and keeps no process alive but while it works. */
export function workerThread<Request extends Numbered, Reply extends Numbered>(
  path: string,
  options: WorkerOptions,
): Thread<Request, Reply> {
  const waiting = new Map<number, Waiting<Reply>>()
  let lastId = 0
  let worker: Worker | undefined
  let isClosed = false

  function start(): Worker {
    const started = new Worker(path, { execArgv: [], ...options })
    let fault = new Error('the worker has ended')
    started.on('message', (reply: Reply) => {
      waiting.get(reply.id)?.resolve(reply)
      waiting.delete(reply.id)
      if (waiting.size === 0) started.unref()
    })
    started.on('error', (error) => {
      fault = error as Error
    })
    // An error is always followed by the exit.
    started.on('exit', () => {
      if (worker !== started) return
      worker = undefined
      fail(fault)
    })
    return started
  }

  function fail(error: Error): void {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  return {
    ask(request) {
      if (isClosed) return Promise.reject(new Error('the worker is closed'))
      worker ??= start()
      const running = worker
      lastId += 1
      const id = lastId
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        running.ref()
        running.postMessage({ ...request, id })
      })
    },
    async close() {
      isClosed = true
      const running = worker
      worker = undefined
      fail(new Error('the worker is closed'))
      await running?.terminate()
    },
  }
}
