import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createTokenizer, type Tokenizer, type TokenizerOptions } from './tokenizer.ts'

const open: Tokenizer[] = []

function tokenizer(options: TokenizerOptions = {}): Tokenizer {
  const made = createTokenizer(options)
  open.push(made)
  return made
}

/** Of these there is one, since each loads its vocabularies anew. */
const shared = tokenizer()

afterAll(async () => {
  for (const made of open) await made.close()
})

/** A worker to order: the script runs instead of ours. */
function script(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'tokenizer-')), 'worker.cjs')
  writeFileSync(path, text)
  return path
}

it('counts in the encoding of the model', async () => {
  const { count } = shared
  expect(await count(['hello world'], 'gpt-4o')).toBe(2)
  expect(await count(['你好，世界'], 'gpt-4o')).toBe(3)
  expect(await count(['你好，世界'], 'gpt-4')).toBe(6)
})

it('adds up texts, and special tokens are text', async () => {
  const { count } = shared
  expect(await count(['hello', ' world', ''], 'gpt-4o')).toBe(2)
  expect(await count(['<|endoftext|>'], 'gpt-4o')).toBe(7)
  expect(await count([], 'gpt-4o')).toBe(0)
})

it('many counts at once keep their own answers', async () => {
  const { count } = shared
  const counts = await Promise.all(Array.from({ length: 50 }, (_, i) => count([' a'.repeat(i)], 'gpt-4o')))
  expect(counts).toEqual(Array.from({ length: 50 }, (_, i) => i))
})

it('what cannot be counted is its bytes: too much waiting at once', async () => {
  const { count } = tokenizer({ maxPendingBytes: 20 })
  expect(await Promise.all([count(['hello world'], 'gpt-4o'), count(['hello world'], 'gpt-4o')])).toEqual([
    2, 11,
  ])
  const few = tokenizer({ maxPending: 1 })
  expect(await Promise.all([few.count(['hello'], 'gpt-4o'), few.count(['hello'], 'gpt-4o')])).toEqual([1, 5])
})

it('a worker that cannot start', async () => {
  const { count } = tokenizer({ workerPath: '/no/such/worker.mjs' })
  expect(await count(['hello world'], 'gpt-4o')).toBe(11)
})

it('a worker that dies with counts under way', async () => {
  const workerPath = script(
    `require('node:worker_threads').parentPort.on('message', () => { throw new Error('boom') })`,
  )
  const { count } = tokenizer({ workerPath })
  expect(await Promise.all([count(['hello'], 'gpt-4o'), count(['你好'], 'gpt-4o')])).toEqual([5, 6])
})

it('is started anew after it died, and left alone after three deaths in a row', async () => {
  const workerPath = script(`
    const { parentPort } = require('node:worker_threads')
    parentPort.on('message', ({ id, texts }) => {
      if (texts[0] === 'die') throw new Error('boom')
      parentPort.postMessage({ id, tokens: 1 })
    })`)
  const { count } = tokenizer({ workerPath })
  expect(await count(['die'], 'gpt-4o')).toBe(3)
  expect(await count(['hello'], 'gpt-4o')).toBe(1)
  for (let i = 0; i < 3; i += 1) expect(await count(['die'], 'gpt-4o')).toBe(3)
  expect(await count(['hello'], 'gpt-4o')).toBe(5)
})

it('closing answers what is under way, and everything later, in bytes', async () => {
  const made = tokenizer({
    workerPath: script(`require('node:worker_threads').parentPort.on('message', () => {})`),
  })
  const underWay = made.count(['hello'], 'gpt-4o')
  await made.close()
  expect(await underWay).toBe(5)
  expect(await made.count(['hello'], 'gpt-4o')).toBe(5)
})
