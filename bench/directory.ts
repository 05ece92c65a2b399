import { statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { keyAuthenticator } from '@tollgate/kit'
import { cachedKeys, type Directory, issueKey, keyHasher, staticDirectory } from '@tollgate/kit/directory'
import { redisDirectory } from '@tollgate/kit/directory/redis'
import { sqliteDirectory } from '@tollgate/kit/directory/sqlite'
import { redisCommands } from '@tollgate/kit/ledger/redis'
import { markdownTable } from './markdown.ts'
import { startProcess } from './processes/start-process.ts'
import { temporaryFolder } from './processes/temporary-folder.ts'
import { median, quantile, quartiles, seededRandom } from './statistics.ts'

/**
 * What it costs to tell who calls, and what a directory of many keys takes, as a multiple of one of few: `node --expose-gc
 * bench/directory.ts` after a build. A smaller look: `--keys 1000,100000`. Both directories are open at once and are asked by
 * turns, so that whatever else the machine does is in both.
 */
const { values } = parseArgs({ options: { keys: { type: 'string', default: '1000,1000000' } } })
const SIZES = values.keys.split(',').map(Number)
const ROUNDS = 40
/** Lookups of a round. */
const LOOKUPS = 500
/** Other keys that a gateway comes to see: more than it remembers. */
const SEEN = 20_000
const WARM_CALLS = 200_000
/** Keys that are made at the same time. */
const AT_ONCE = 500

const masterKey = 'the master key of the bench, of thirty-two bytes'
const hasher = keyHasher(masterKey)

interface Filled {
  readonly directory: Directory
  readonly handleOf: (at: number) => string
  readonly bytes: number
  /** Commands that a lookup has taken; undefined where there is nobody to ask. */
  readonly trips: (() => Promise<number>) | undefined
  close(): Promise<void>
}

/** Rows as `createKey` writes them, and their lines of the history: made in bulk, since a million commits wait for a disk. */
async function sqliteOf(keys: number): Promise<Filled> {
  const path = join(temporaryFolder(), `${keys}.db`)
  const directory = sqliteDirectory(path)
  const handleOf = (at: number) => `h${String(at).padStart(11, '0')}`
  const { record } = issueKey({ hasher, id: 'first', org: 'acme', team: 'red', label: 'ci' })
  await directory.createKey(record)
  const db = new DatabaseSync(path)
  db.exec(`
    BEGIN;
    CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${keys}) SELECT i FROM c;
    INSERT INTO virtual_key (lookup, id, hash, org, team, label, created_at_ms, revision)
      SELECT printf('h%011d', i), printf('h%011d', i), randomblob(32), 'acme', 'red', 'ci', 1, 1 FROM n;
    INSERT INTO directory_change (org, sequence, kind, id, at_ms, actor, after)
      SELECT 'acme', i + 1, 'key', printf('h%011d', i), 1, actor, after FROM n, directory_change WHERE place = 1;
    COMMIT; PRAGMA wal_checkpoint(TRUNCATE);`)
  db.close()
  return {
    directory,
    handleOf: (at) => handleOf(at + 1),
    bytes: statSync(path).size / keys,
    trips: undefined,
    close: () => directory.close(),
  }
}

async function redisOf(keys: number): Promise<Filled> {
  const server = startProcess('redis.ts', 1)
  const url = await server.ask<string>('where')
  const redis = redisCommands(url, { deadlineMs: 60_000 })
  const info = async (section: string, field: RegExp) =>
    Number(field.exec(String(await redis.call('INFO', section)))?.[1] ?? 0)
  const used = () => info('memory', /used_memory:(\d+)/)
  const before = await used()
  const directory = redisDirectory(url, { deadlineMs: 60_000 })
  const handles: string[] = []
  for (let made = 0; made < keys; made += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, keys - made) }, () => {
      const { record } = issueKey({ hasher, org: 'acme', team: 'red', label: 'ci' })
      handles.push(record.lookup)
      return directory.createKey(record)
    })
    await Promise.all(some)
  }
  const calls = () => info('stats', /total_commands_processed:(\d+)/)
  const start = await calls()
  return {
    directory,
    handleOf: (at) => handles[at]!,
    bytes: ((await used()) - before) / keys,
    // Less the question itself.
    trips: async () => ((await calls()) - start - 1) / (ROUNDS * LOOKUPS),
    async close() {
      await directory.close()
      await redis.close()
      await server.stop()
    },
  }
}

interface Measured {
  /** Medians of the rounds, µs. */
  readonly micros: readonly number[]
  readonly bytes: number
  readonly trips: number | undefined
  /** What a gateway keeps in memory of all that it has seen, bytes. */
  readonly heap: number
}

/** How long lookups of one round take, µs, each awaited before the next. */
async function roundOf({ directory, handleOf }: Filled, keys: number, random: () => number): Promise<number> {
  const times: number[] = []
  for (let lookup = 0; lookup < LOOKUPS; lookup += 1) {
    const handle = handleOf(Math.floor(random() * keys))
    const startMs = performance.now()
    const found = directory.findKey(handle)
    const key = found instanceof Promise ? await found : found
    times.push((performance.now() - startMs) * 1_000)
    if (!key) throw new Error(`${handle} is not found`)
  }
  return quantile(times, 0.5)
}

/** What remains in memory of a gateway that has seen as many keys as there are, and at most {@link SEEN}. */
async function heapOf({ directory, handleOf }: Filled, keys: number): Promise<number> {
  const used = () => {
    gc?.()
    return process.memoryUsage().heapUsed
  }
  const before = used()
  const findKey = cachedKeys(directory, { maxAgeMs: 600_000 })
  for (let at = 0; at < Math.min(SEEN, keys); at += 1) await findKey(handleOf(at))
  const heap = used() - before
  await findKey(handleOf(0))
  return heap
}

async function measuredOf(fill: (keys: number) => Promise<Filled>): Promise<readonly Measured[]> {
  const filled: Filled[] = []
  for (const keys of SIZES) filled.push(await fill(keys))
  const random = seededRandom(7)
  const rounds = SIZES.map(() => [] as number[])
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [at, keys] of SIZES.entries()) rounds[at]!.push(await roundOf(filled[at]!, keys, random))
  }
  const measured: Measured[] = []
  for (const [at, keys] of SIZES.entries()) {
    const { bytes, trips, close } = filled[at]!
    const asked = await trips?.()
    measured.push({ micros: rounds[at]!, bytes, trips: asked, heap: await heapOf(filled[at]!, keys) })
    await close()
  }
  return measured
}

function rowsOf(store: string, measured: readonly Measured[]): string[][] {
  const least = measured[0]!
  return measured.map(({ micros, bytes, trips, heap }, at) => [
    `${store}, ${SIZES[at]!.toLocaleString('en')}`,
    median(micros).toFixed(1),
    quartiles(micros.map((one, round) => one / least.micros[round]!)),
    trips === undefined ? '–' : trips.toFixed(2),
    bytes.toFixed(0),
    (bytes / least.bytes).toFixed(2),
    (heap / 2 ** 20).toFixed(1),
  ])
}

/** CPU of telling who calls when the key is remembered, µs. */
function warmMicros(): number {
  const { record, secret } = issueKey({ hasher, org: 'acme', team: 'red' })
  const authenticate = keyAuthenticator({ directory: staticDirectory([record]), masterKey })
  const headers = { authorization: `Bearer ${secret}` }
  const req = {
    headers,
    url: '/v1/chat/completions',
    socket: { remoteAddress: '127.0.0.1' },
    rawHeaders: ['Authorization', headers.authorization, 'Content-Type', 'application/json'],
  } as unknown as IncomingMessage
  const call = () => {
    for (let calls = 0; calls < WARM_CALLS; calls += 1) authenticate(req)
  }
  call()
  const start = process.cpuUsage()
  call()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / WARM_CALLS
}

const rows = [...rowsOf('SQLite', await measuredOf(sqliteOf)), ...rowsOf('Redis', await measuredOf(redisOf))]
const columns = [
  'keys',
  'a lookup, µs',
  '× the fewest',
  'commands',
  'bytes/key, with its history',
  '× the fewest',
  'a gateway that has seen 20,000, MiB',
]
console.log(markdownTable(columns, rows))
const load = loadavg().map((average) => average.toFixed(1))
console.log(
  `\nA remembered key: ${warmMicros().toFixed(2)} µs of CPU a request. Node ${process.version}, ${cpus()[0]?.model}, load ${load.join(', ')}.`,
)
process.exit()
