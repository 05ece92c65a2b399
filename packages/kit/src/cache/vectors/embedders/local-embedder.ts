import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { misassembled } from '../../../core/errors.ts'
import { nanoUsd } from '../../../core/money.ts'
import { type Embedder, embedderId } from './embedder.ts'
import { type Thread, workerThread } from './worker-thread.ts'

export interface LocalEmbedderOptions {
  /** The folder in which the models are, each in a folder of its own. Nothing is ever downloaded. */
  readonly modelPath: string
  /** The model's folder below it: `Xenova/all-MiniLM-L6-v2`. */
  readonly model: string
  readonly dimensions: number
  /** What is put before each text, where the model wants that: `query: `. */
  readonly prefix?: string
  /** How the vectors of tokens become one: what the model was trained with. */
  readonly pooling?: 'mean' | 'cls' | 'last_token'
  /** Which of the model's files, by the precision of its weights. */
  readonly dtype?: string
  /** Changed when the files are replaced by others of the same name. */
  readonly version?: string
  /** The worker's script, for applications that are bundled into one file. */
  readonly workerPath?: string
}

/** What the worker is started with. */
export interface LocalSettings
  extends Required<Pick<LocalEmbedderOptions, 'modelPath' | 'model' | 'prefix' | 'pooling' | 'dtype'>> {
  readonly packageName: string
}

/** To the worker and back. */
export interface LocalRequest {
  readonly id: number
  readonly texts: readonly string[]
}
export type LocalReply =
  | { readonly id: number; readonly vectors: readonly Float32Array[] }
  | { readonly id: number; readonly fault: string }

const PACKAGE = '@huggingface/transformers'

const WORKER_PATH = join(dirname(__filename), `local-worker.${__filename.endsWith('.ts') ? 'mts' : 'mjs'}`)

/**
 * Embeddings of an ONNX model in this process, in a worker thread: texts leave the machine with nobody, and cost nothing.
 * Needs `@huggingface/transformers` 4, an optional peer, and the model's files, which are never downloaded. The worker starts
 * with the first text and then loads the model, which takes seconds: until then texts are late, as they are for any embedder.
 * https://huggingface.co/docs/transformers.js/custom_usage
 *
 * @throws TollgateError `misassembled` when the package is not installed.
 *
 * @example
 * localEmbedder({ modelPath: '/srv/models', model: 'Xenova/all-MiniLM-L6-v2', dimensions: 384 })
 */
export function localEmbedder({
  modelPath,
  model,
  dimensions,
  prefix = '',
  pooling = 'mean',
  dtype = 'q8',
  version = '',
  workerPath = WORKER_PATH,
}: LocalEmbedderOptions): Embedder {
  requireInstalled(workerPath)
  const settings: LocalSettings = { packageName: PACKAGE, modelPath, model, prefix, pooling, dtype }
  const thread: Thread<LocalRequest, LocalReply> = workerThread(workerPath, {
    name: 'tollgate-embedder',
    workerData: settings,
  })
  return {
    id: embedderId({ provider: 'local', model: `${model}:${dtype}`, dimensions, prefix, pooling, version }),
    dimensions,
    async embed(texts) {
      const reply = await thread.ask({ texts })
      if ('vectors' in reply) return { vectors: reply.vectors, costNanoUsd: nanoUsd(0) }
      throw new Error(`The local model could not embed: ${reply.fault}`)
    },
    close: () => thread.close(),
  }
}

/** Found from where the worker will look for it; loaded by the worker alone. */
function requireInstalled(workerPath: string): void {
  try {
    createRequire(workerPath).resolve(PACKAGE)
  } catch (cause) {
    const why = misassembled(`localEmbedder needs ${PACKAGE}: npm install ${PACKAGE}@4`)
    throw Object.assign(why, { cause })
  }
}
