import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type CacheEntry, type CacheStore, memoryCache } from '@tollgate/kit/cache'
import { redisCache } from '@tollgate/kit/cache/redis'
import { sqliteCache } from '@tollgate/kit/cache/sqlite'
import { nanoUsd } from '@tollgate/kit/core'
import { Redis } from 'ioredis'
import { markdownTable } from './markdown.ts'
import { LOAD_CORE } from './processes/pinning.ts'
import { startProcess } from './processes/start-process.ts'
import { temporaryFolder } from './processes/temporary-folder.ts'

/**
 * What an answer takes while it is kept, in each store, beside its own text: `node --expose-gc bench/cache-memory.ts`, after a
 * build.
 */
const ENTRIES = 20_000
const TEXT_BYTES = 2000
const ROOM = { maxBytes: 2 ** 30, maxScopeBytes: 2 ** 30 }

const scope = { org: 'acme', accounts: ['org:acme', 'team:red', 'project:search'] } as const
const createdAtMs = Date.now()

/** Each has a text of its own: what two share would be kept once. */
const entryAt = (at: number): CacheEntry => ({
  id: `share.${at.toString(16).padStart(64, '0')}`,
  scope,
  model: 'gpt-4o-mini',
  tags: [],
  version: String(at),
  answer: {
    id: `chatcmpl-${at}`,
    model: 'gpt-4o-mini',
    createdAtSec: 0,
    usage: { input: 400, output: 300 },
    choices: [
      {
        parts: [{ type: 'text', text: randomBytes(TEXT_BYTES / 2).toString('hex') }],
        finish: { reason: 'stop' },
      },
    ],
  },
  provider: 'openai',
  costNanoUsd: nanoUsd(100_000),
  askedBy: 'a',
  createdAtMs,
  expiresAtMs: createdAtMs + 3_600_000,
})

/** Bytes of an entry, by what the store takes when it has all of them, less what it took before. */
async function bytesIn(store: CacheStore, taken: () => number | Promise<number>): Promise<number> {
  const before = await taken()
  const { stamp } = await store.get(entryAt(0))
  for (let at = 0; at < ENTRIES; at += 1) await store.put(entryAt(at), stamp)
  const bytes = (await taken()) - before
  const { entry } = await store.get(entryAt(ENTRIES - 1))
  const { entries = ENTRIES } = await store.status()
  if (!entry || entries !== ENTRIES) throw new Error(`There should be ${ENTRIES} answers`)
  await store.close()
  return bytes / ENTRIES
}

const { gc } = globalThis
if (!gc) throw new Error('The heap cannot be measured without --expose-gc')

function heapBytes(): number {
  gc!()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const redis = startProcess('redis.ts', LOAD_CORE)
const url = await redis.ask<string>('where')
const client = new Redis(url)
const redisBytes = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1])
const path = join(temporaryFolder(), 'cache.db')
const sqlite = sqliteCache(path, ROOM)

const rows = [
  ['memory', await bytesIn(memoryCache(ROOM), heapBytes)],
  [
    'SQLite, in its file',
    await bytesIn(
      sqlite,
      () => statSync(path).size + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0),
    ),
  ],
  ['Redis', await bytesIn(redisCache(url, ROOM), redisBytes)],
] as const
client.disconnect()
await redis.stop()
const text = rows.map(([store, bytes]) => [store, bytes.toFixed(0), (bytes / TEXT_BYTES).toFixed(2)])
console.log(
  markdownTable([`${ENTRIES} answers of ${TEXT_BYTES} bytes`, 'bytes an entry', '× its text'], text),
)
