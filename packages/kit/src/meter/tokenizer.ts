import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Encoding, type ModelLimits, modelLimits } from './model-limits.ts'

/**
 * Counts the tokens of texts: what is charged for when a provider did not say, and what an answer that flows is extended by.
 * One serves all stages of a process. Another than the built-in one is given to whoever reserves (`tokenizer`); whatever it
 * does, it must keep to this, since budgets rest on it:
 * - never fewer tokens than the model makes of the texts (more is safe: bytes are the bound of every tokenizer);
 * - no rejection, and an answer in time however hostile the text: a stream in `tight` mode waits for it;
 * - no work on the event loop that grows with the text: a few ms per 100 kB there would hold up every other request.
 */
export interface Tokenizer {
  /**
   * The tokens of all texts together, in the encoding of a model (or the one that stands in for it): never fewer than
   * it makes of them, and never a rejection. What cannot be counted exactly counts as its UTF-8 bytes.
   */
  count(texts: readonly string[], model: string): Promise<number>
  /** Stop; counts that are under way, and later ones, are bytes. */
  close(): Promise<void>
}

export interface TokenizerOptions {
  readonly limitsOf?: (model: string) => Pick<ModelLimits, 'encoding'>
  /** Counts that may wait at once; beyond them, bytes are the answer. */
  readonly maxPending?: number
  /** Bytes of text that may wait at once, in all: more than the largest window holds, seconds of work at the worst. */
  readonly maxPendingBytes?: number
  /** The worker's script, for applications that are bundled into one file. */
  readonly workerPath?: string
}

/** To the worker and back; each count has its id. */
export interface CountRequest {
  readonly id: number
  readonly encoding: Encoding
  readonly texts: readonly string[]
}
export type CountReply = { readonly id: number; readonly tokens: number }

let shared: Tokenizer | undefined

/** The one of this process: a second would load the vocabularies once more. Its thread starts with the first count. */
export function sharedTokenizer(): Tokenizer {
  shared ??= createTokenizer()
  return shared
}

/** Beside this file: a module of its own, since a worker starts from a file; TypeScript only in the source tree. */
const WORKER_PATH = join(
  dirname(__filename),
  `tokenizer-worker.${__filename.endsWith('.ts') ? 'mts' : 'mjs'}`,
)

/** The two vocabularies take some 140 MB; a worker that wants much more is broken. */
const WORKER_MEMORY_MB = 512
/** After so many failures in a row the worker is left alone. */
const MAX_FAILURES = 3

interface Pending {
  readonly bytes: number
  readonly resolve: (tokens: number) => void
}

/**
 * A tokenizer in a worker thread of its own, started with the first count, so that no text can hold up the event loop.
 * It keeps the process alive only while a count is under way.
 */
export function createTokenizer({
  limitsOf = modelLimits(),
  maxPending = 1_024,
  maxPendingBytes = 8 * 2 ** 20,
  workerPath = WORKER_PATH,
}: TokenizerOptions = {}): Tokenizer {
  const pending = new Map<number, Pending>()
  let pendingBytes = 0
  let lastId = 0
  let worker: Worker | undefined
  let failures = 0
  let closed = false

  function settle(id: number, tokens?: number): void {
    const count = pending.get(id)
    if (!count) return
    pending.delete(id)
    pendingBytes -= count.bytes
    if (pending.size === 0) worker?.unref()
    count.resolve(tokens ?? count.bytes)
  }

  function start(): Worker {
    const started = new Worker(workerPath, {
      name: 'tollgate-tokenizer',
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: WORKER_MEMORY_MB },
    })
    started.on('message', ({ id, tokens }: CountReply) => {
      failures = 0
      settle(id, tokens)
    })
    // An error is always followed by the exit, which is where it is dealt with.
    started.on('error', () => {})
    started.on('exit', () => {
      if (worker !== started) return
      worker = undefined
      failures += 1
      for (const id of [...pending.keys()]) settle(id)
    })
    started.unref()
    return started
  }

  return {
    async count(texts, model) {
      const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
      const full = pending.size >= maxPending || pendingBytes + bytes > maxPendingBytes
      if (bytes === 0 || full || closed || failures >= MAX_FAILURES) return bytes
      worker ??= start()
      const running = worker
      lastId += 1
      const id = lastId
      return new Promise((resolve) => {
        pending.set(id, { bytes, resolve })
        pendingBytes += bytes
        running.ref()
        running.postMessage({ id, encoding: limitsOf(model).encoding, texts } satisfies CountRequest)
      })
    },

    async close() {
      closed = true
      const running = worker
      worker = undefined
      for (const id of [...pending.keys()]) settle(id)
      await running?.terminate()
    },
  }
}
