import { parentPort } from 'node:worker_threads'
import type { Encoding } from './model-limits.ts'
import type { CountReply, CountRequest } from './tokenizer.ts'

/** The tokens of one text. */
export type CountText = (text: string) => number

/** Answer a tokenizer's counts from its worker. Each encoding is loaded with the first text that needs it. */
export function answerCounts(load: Readonly<Record<Encoding, () => Promise<CountText>>>): void {
  const loaded = new Map<Encoding, Promise<CountText>>()
  const counterOf = (encoding: Encoding): Promise<CountText> => {
    const known = loaded.get(encoding)
    if (known) return known
    const loading = load[encoding]()
    loaded.set(encoding, loading)
    return loading
  }

  parentPort?.on('message', async ({ id, encoding, texts }: CountRequest) => {
    const count = await counterOf(encoding)
    const tokens = texts.reduce((sum, text) => sum + count(text), 0)
    parentPort?.postMessage({ id, tokens } satisfies CountReply)
  })
}
