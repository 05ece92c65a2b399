import { parentPort, workerData } from 'node:worker_threads'
import type { LocalReply, LocalRequest, LocalSettings } from './local-embedder.ts'

/** What is used of `@huggingface/transformers`: https://huggingface.co/docs/transformers.js/api/pipelines */
interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string }
  pipeline(task: 'feature-extraction', model: string, options: { readonly dtype: string }): Promise<Extractor>
}

type Extractor = (
  texts: readonly string[],
  options: { readonly pooling: string; readonly normalize: true },
) => Promise<{ readonly data: Float32Array; readonly dims: readonly number[] }>

const { packageName, modelPath, model, dtype, pooling, prefix } = workerData as LocalSettings

/** Loaded with the first texts. Nothing is ever fetched: a model that is not at its path is an error. */
async function load(): Promise<Extractor> {
  const { env, pipeline } = (await import(packageName)) as Transformers
  env.allowRemoteModels = false
  env.localModelPath = modelPath
  return pipeline('feature-extraction', model, { dtype })
}

let extractor: Promise<Extractor> | undefined

parentPort?.on('message', async ({ id, texts }: LocalRequest) => {
  try {
    extractor ??= load()
    const extract = await extractor
    const { data, dims } = await extract(
      texts.map((text) => prefix + text),
      { pooling, normalize: true },
    )
    if (dims[0] !== texts.length) throw new Error(`${texts.length} texts became ${dims[0]} vectors`)
    const length = data.length / texts.length
    const vectors = texts.map((_, at) => data.slice(at * length, (at + 1) * length))
    parentPort?.postMessage({ id, vectors } satisfies LocalReply)
  } catch (error) {
    parentPort?.postMessage({ id, fault: String(error) } satisfies LocalReply)
  }
})
