import { statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { keyAuthenticator } from '@tollgate/kit'
import { type Directory, issueKey, keyHasher, staticDirectory } from '@tollgate/kit/directory'
import { redisDirectory } from '@tollgate/kit/directory/redis'
import { sqliteDirectory } from '@tollgate/kit/directory/sqlite'
import { redisCommands } from '@tollgate/kit/ledger/redis'
import { markdownTable } from './markdown.ts'
import { startProcess } from './processes/start-process.ts'
import { temporaryFolder } from './processes/temporary-folder.ts'
import { quantile, seededRandom } from './statistics.ts'

/**
 * What it costs to tell who calls, and what a directory of many keys takes: `node bench/directory.ts` after a build. A
 * smaller look: `node bench/directory.ts --keys 10000,100000`.
 */
const { values } = parseArgs({ options: { keys: { type: 'string', default: '10000,1000000' } } })
const SIZES = values.keys.split(',').map(Number)
const LOOKUPS = 5_000
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
    trips: async () => ((await calls()) - start - 1) / LOOKUPS,
    async close() {
      await directory.close()
      await redis.close()
      await server.stop()
    },
  }
}

async function rowOf(
  store: string,
  keys: number,
  fill: (keys: number) => Promise<Filled>,
): Promise<string[]> {
  const { directory, handleOf, bytes, trips, close } = await fill(keys)
  const random = seededRandom(7)
  const times: number[] = []
  for (let lookup = 0; lookup < LOOKUPS; lookup += 1) {
    const handle = handleOf(Math.floor(random() * keys))
    const startMs = performance.now()
    const found = directory.findKey(handle)
    const key = found instanceof Promise ? await found : found
    times.push((performance.now() - startMs) * 1_000)
    if (!key) throw new Error(`${handle} is not found`)
  }
  const asked = await trips?.()
  await close()
  return [
    `${store}, ${keys.toLocaleString('en')}`,
    quantile(times, 0.5).toFixed(1),
    quantile(times, 0.99).toFixed(1),
    asked === undefined ? '–' : asked.toFixed(2),
    bytes.toFixed(0),
  ]
}

/** CPU of telling who calls when the key is remembered, µs. */
function warmMicros(): number {
  const { record, secret } = issueKey({ hasher, org: 'acme', team: 'red' })
  const authenticate = keyAuthenticator({ directory: staticDirectory([record]), masterKey })
  const headers = { authorization: `Bearer ${secret}` }
  const req = {
    ...{ headers, url: '/v1/chat/completions', socket: { remoteAddress: '127.0.0.1' } },
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

const rows: string[][] = []
for (const keys of SIZES) {
  rows.push(await rowOf('SQLite', keys, sqliteOf))
  rows.push(await rowOf('Redis', keys, redisOf))
}
const columns = ['keys', 'a lookup, µs, p50', 'p99', 'commands', 'bytes/key, with its history']
console.log(markdownTable(columns, rows))
const load = loadavg().map((average) => average.toFixed(1))
console.log(
  `\nA remembered key: ${warmMicros().toFixed(2)} µs of CPU a request. Node ${process.version}, ${cpus()[0]?.model}, load ${load.join(', ')}.`,
)
process.exit()
