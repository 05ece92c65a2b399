import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type LocalEmbedderOptions, localEmbedder } from './local-embedder.ts'

/**
 * The real package is some 200 MB with its runtime and is not installed here. What stands in for it speaks the part of its API
 * that the worker uses, as its documentation has it, and answers with what it was asked: that says that the worker asks
 * rightly, and nothing about vectors. https://huggingface.co/docs/transformers.js/api/pipelines
 */
const STAND_IN = `
  export const env = { allowRemoteModels: true, localModelPath: '/models/' }
  export async function pipeline(task, model, { dtype }) {
    if (task !== 'feature-extraction' || model === 'missing') throw new Error('no model ' + model + ' in ' + env.localModelPath)
    const isLocal = env.allowRemoteModels === false && env.localModelPath === '/srv/models'
    let loads = 0
    loads += 1
    return async (texts, { pooling, normalize }) => {
      if (texts.includes('die')) process.exit(1)
      const data = texts.flatMap((text) => [
        text.length, loads, Number(isLocal), Number(pooling === 'mean' && normalize && dtype === 'q8'),
      ])
      return { data: Float32Array.from(data), dims: [texts.length, 4] }
    }
  }`

/** A folder with a copy of the worker, and the package beside it or not. */
function installed(source: string = STAND_IN): string {
  const folder = mkdtempSync(join(tmpdir(), 'local-embedder-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  copyFileSync(join(__dirname, 'local-worker.mts'), join(folder, 'local-worker.mts'))
  const home = join(folder, 'node_modules/@huggingface/transformers')
  if (source === '') return join(folder, 'local-worker.mts')
  mkdirSync(home, { recursive: true })
  const manifest = {
    name: '@huggingface/transformers',
    version: '4.3.0',
    type: 'module',
    exports: './index.js',
  }
  writeFileSync(join(home, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(home, 'index.js'), source)
  return join(folder, 'local-worker.mts')
}

const { signal } = new AbortController()

function opened(options: Partial<LocalEmbedderOptions> = {}) {
  const embedder = localEmbedder({
    modelPath: '/srv/models',
    model: 'acme/mini',
    dimensions: 4,
    workerPath: installed(),
    ...options,
  })
  onTestFinished(() => embedder.close!())
  return embedder
}

const vectorsOf = async (embedder: ReturnType<typeof opened>, ...texts: string[]) =>
  (await embedder.embed(texts, { signal }))!.vectors.map((vector) => Array.from(vector))

describe('localEmbedder', () => {
  it('embeds in a worker, with the model at its path, which is loaded once', async () => {
    const embedder = opened()
    expect(await vectorsOf(embedder, 'one', 'three')).toEqual([
      [3, 1, 1, 1],
      [5, 1, 1, 1],
    ])
    expect(await vectorsOf(embedder, 'a')).toEqual([[1, 1, 1, 1]])
    expect((await embedder.embed(['a'], { signal }))!.costNanoUsd).toBe(0)
  })

  it('puts the prefix of the model before each text, and into its name', async () => {
    const embedder = opened({ prefix: 'query: ' })
    expect(await vectorsOf(embedder, 'one')).toEqual([[10, 1, 1, 1]])
    expect(embedder.id).toBe('local/acme%2Fmini%3Aq8/4/query%3A%20/mean/')
  })

  it('says which model it has not found', async () => {
    await expect(vectorsOf(opened({ model: 'missing' }), 'one')).rejects.toThrow(
      'no model missing in /srv/models',
    )
  })

  it('fails what a dying worker was asked, and starts another', async () => {
    const embedder = opened()
    await expect(vectorsOf(embedder, 'die')).rejects.toThrow('the worker has ended')
    expect(await vectorsOf(embedder, 'one')).toEqual([[3, 1, 1, 1]])
  })

  it('fails what it was asked when it is closed, and what it is asked then', async () => {
    const embedder = opened()
    const asked = expect(vectorsOf(embedder, 'one')).rejects.toThrow('the worker is closed')
    await embedder.close!()
    await asked
    await expect(vectorsOf(embedder, 'one')).rejects.toThrow('the worker is closed')
  })

  it('says at assembly what to install', () => {
    const workerPath = installed('')
    expect(() => opened({ workerPath })).toThrow(
      expect.objectContaining({
        code: 'misassembled',
        message: 'localEmbedder needs @huggingface/transformers: npm install @huggingface/transformers@4',
      }),
    )
  })
})
