import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type CacheEntry, type CacheStore, keyMaker, memoryCache } from '@tollgate/kit/cache'
import { redisCache } from '@tollgate/kit/cache/redis'
import { sqliteCache } from '@tollgate/kit/cache/sqlite'
import { nanoUsd } from '@tollgate/kit/core'
import { type ClientFormat, FORMATS } from '@tollgate/kit/wire'
import { markdownTable } from './markdown.ts'
import { startProcess } from './processes/start-process.ts'
import { temporaryFolder } from './processes/temporary-folder.ts'
import { median, quartiles } from './statistics.ts'

/**
 * What an exact hit takes besides the request itself: `node bench/cache-exact.ts`, after a build. In µs, and as a multiple of
 * one plain digest of the request, measured in the same run: that holds on a busy machine too.
 */
const ROUNDS = 100
const TIMES = 200

const QUESTION = 'Which way is it to the toll bridge, and what does it cost with a horse? '
/** None of which is found: each of them is as new, however often it is asked. */
const MANY = 1_000
const bodyOf = (number: number) => ({
  model: 'gpt-4o-mini',
  temperature: 0,
  messages: [
    { role: 'system', content: 'You keep the toll of a bridge. '.repeat(30) },
    { role: 'user', content: `${QUESTION.repeat(12)}${String(number).padStart(6, '0')}` },
  ],
})
const text = JSON.stringify(bodyOf(0))
const format = FORMATS.find((one): one is ClientFormat => one.endpoint === 'chat')!
const target = { bytes: text.length, path: '/v1/chat/completions', query: '' }
const received = {
  ...format.read(bodyOf(0), target),
  format,
  atEndpoint: true,
  target,
  bytes: Buffer.from(text),
  contentType: 'application/json',
  text,
  body: bodyOf(0),
  fields: { spans: new Map(), duplicates: new Set<string>(), end: 0 },
}
const deployment = {
  provider: { name: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' },
  model: 'gpt-4o-mini',
} as const
const scope = { org: 'acme', accounts: ['org:acme', 'team:red', 'project:search'] } as const
const keys = keyMaker(randomBytes(32))
const keyOf = (asked: typeof received) =>
  keys.keyOf({ scope, received: asked, deployment, headers: {}, tags: [], vary: [] })!
const keyed = () => keyOf(received)
keyed().remember()

const place = { id: keyed().id, scope, model: 'gpt-4o-mini', tags: [] }
const nowMs = Date.now()
const entry: CacheEntry = {
  ...place,
  version: 'v1',
  answer: {
    id: 'x',
    model: 'gpt-4o-mini',
    createdAtSec: 0,
    usage: { input: 400, output: 300 },
    choices: [{ parts: [{ type: 'text', text: QUESTION.repeat(20) }], finish: { reason: 'stop' } }],
  },
  provider: 'openai',
  costNanoUsd: nanoUsd(100_000),
  askedBy: 'a',
  createdAtMs: nowMs,
  expiresAtMs: nowMs + 3_600_000,
}

async function filled(store: CacheStore): Promise<CacheStore> {
  const { stamp } = await store.get(place)
  await store.put(entry, stamp)
  return store
}

async function measured(work: () => unknown): Promise<number[]> {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = process.hrtime.bigint()
    for (let time = 0; time < TIMES; time += 1) await work()
    rounds.push(Number(process.hrtime.bigint() - started) / 1000 / TIMES)
  }
  // What is compiled later than the first rounds ran is no part of what it takes.
  return rounds.slice(ROUNDS / 2)
}

const redis = startProcess('redis.ts', 1)
const memory = await filled(memoryCache())
const sqlite = await filled(sqliteCache(join(temporaryFolder(), 'cache.db')))
const fleet = await filled(redisCache(await redis.ask<string>('where')))
const hit = (store: CacheStore) => async () => {
  const { entry } = await store.get({ ...place, id: keyed().id })
  if (!entry) throw new Error('There should be an answer')
}
const secret = randomBytes(32)

const many = Array.from({ length: MANY }, (_, number) => {
  const body = bodyOf(number)
  return { ...received, body, text: JSON.stringify(body) }
})
let next = 0
function keyedAnew() {
  next = (next + 1) % MANY
  return keyOf(many[next]!)
}

const alone = await measured(() => createHmac('sha256', secret).update(text).digest())
const PARTS: readonly (readonly [string, number[]])[] = [
  [`a digest of ${text.length} bytes, made as anybody would`, alone],
  [`the key of a request of ${text.length} bytes that is new`, await measured(keyedAnew)],
  ['the key of one that was found before by the same bytes', await measured(keyed)],
  ['key and lookup, memory (aim: 10 µs)', await measured(hit(memory))],
  ['key and lookup, SQLite (aim: 40 µs)', await measured(hit(sqlite))],
  ['key and lookup, Redis (aim: 60 µs)', await measured(hit(fleet))],
]
const times = (rounds: number[]) => (median(rounds) / median(alone)).toFixed(2)
const rows = PARTS.map(([what, rounds]) => [what, quartiles(rounds), times(rounds)])
console.log(markdownTable(['', 'µs', '× the digest'], rows))

for (const store of [memory, sqlite, fleet]) await store.close()
await redis.stop()
