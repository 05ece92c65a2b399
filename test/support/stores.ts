import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MakeLedger } from '@tollgate/kit/conformance'
import { initRedisLedger, redisLedger } from '@tollgate/kit/ledger/redis'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { afterAll } from 'vitest'
import { type RedisServer, redisServer } from './redis.ts'

const folder = mkdtempSync(join(tmpdir(), 'tollgate-stores-'))
let server: Promise<RedisServer> | undefined
let books = 0

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await (await server)?.stop()
})

const sqlite: MakeLedger = (request) => {
  const path = join(folder, `${books++}.db`)
  return reopening(() => sqliteLedger(path, request))
}

/** Every ledger has keys of its own on the one server. */
export const booksOn =
  (given: () => Promise<{ readonly url: string }>): MakeLedger =>
  async (request) => {
    const { url } = await given()
    const prefix = `t${books++}`
    await initRedisLedger(url, { prefix, orgs: ['acme', 'globex'], clock: request.clock })
    return reopening(() => redisLedger(url, { ...request, prefix, deadlineMs: 20_000 }))
  }

/** Started when it is first needed. */
const redis: MakeLedger = booksOn(() => {
  server ??= redisServer()
  return server
})

function reopening(open: () => ReturnType<typeof sqliteLedger>): Awaited<ReturnType<MakeLedger>> {
  let ledger = open()
  const reopen = async () => {
    await ledger.close()
    ledger = open()
    return ledger
  }
  return { ledger, reopen }
}

/** Every store that is to be proved: each makes empty books that can be opened again. */
export const STORES: Readonly<Record<'sqlite' | 'redis', MakeLedger>> = { sqlite, redis }
