import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineStage, systemClock } from '@tollgate/kit/core'
import { type Directory, keyHasher } from '@tollgate/kit/directory'
import { redisDirectory } from '@tollgate/kit/directory/redis'
import { sqliteDirectory } from '@tollgate/kit/directory/sqlite'
import { memoryLedger } from '@tollgate/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { adminApp } from '../../packages/gateway/src/admin/admin-app.ts'
import { processIdempotency } from '../../packages/gateway/src/admin/idempotency.ts'
import type { Manage, ManagedConfig, Operator } from '../../packages/gateway/src/manage/manage.ts'
import { type RedisServer, redisServer } from '../support/redis.ts'
import { operatorAt } from './operator.ts'

const ORG = 'acme'
const PEOPLE: Readonly<Record<string, Operator>> = {
  lena: { by: 'user:lena', role: 'team-lead', leads: (team) => team === 'science' },
  dora: { by: 'user:dora', role: 'director', leads: () => false },
  root: { by: 'admin', role: 'admin', leads: () => true },
}

let server: RedisServer
beforeAll(async () => {
  server = await redisServer()
})
afterAll(() => server.stop())

let prefixes = 0
const DIRECTORIES: Readonly<Record<string, () => Directory>> = {
  SQLite: () => sqliteDirectory(':memory:'),
  Redis: () => redisDirectory(server.url, { prefix: `meanwhile${prefixes++}`, deadlineMs: 20_000 }),
}

/** Nothing that is asked for here is told by a stage. */
const unasked = defineStage({ name: 'unasked', handle() {} })

async function listening(directory: Directory) {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-meanwhile-'))
  const store = { kind: 'sqlite', path: join(folder, 'tollgate.db') }
  const config = {
    org: ORG,
    store,
    timeZone: 'UTC',
    teams: [],
    keys: [],
    policies: [],
    defaults: { team: [], project: [], user: [], key: [] },
  }
  const hasher = keyHasher('a master key of thirty-two bytes or more')
  const manage: Manage = {
    org: ORG,
    directory,
    ledger: memoryLedger(),
    hasher: () => hasher,
    config: () => config as unknown as ManagedConfig,
    clock: systemClock,
  }
  const app = adminApp({
    operatorOf: async ({ headers }) => PEOPLE[headers.authorization!.slice('Bearer '.length)]!,
    readyz: unasked,
    views: { metrics: unasked, spend: unasked, chargeback: unasked, providers: unasked },
    manage,
    idempotency: processIdempotency({ clock: systemClock }),
  })
  const http = createServer(app).listen(0)
  onTestFinished(async () => {
    http.closeAllConnections()
    await new Promise((closed) => http.close(closed))
    await directory.close()
    rmSync(folder, { recursive: true })
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

/** The same directory, in which something happens right after a record, or a key, has been read for the first time. */
function betweenReads(directory: Directory) {
  let meanwhile: (() => Promise<void>) | undefined
  const happens = async <T>(read: T): Promise<T> => {
    const happening = meanwhile
    meanwhile = undefined
    await happening?.()
    return read
  }
  const { records } = directory
  const raced: Directory = {
    ...directory,
    getKey: async (id) => happens(await directory.getKey(id)),
    records: { ...records, get: async (kind, org, id) => happens(await records.get(kind, org, id)) },
  }
  return {
    raced,
    first(work: () => Promise<void>) {
      meanwhile = work
    },
  }
}

describe.each(Object.entries(DIRECTORIES))('what a director moves, in %s', (_, opened) => {
  async function started() {
    const { raced, first } = betweenReads(opened())
    const url = await listening(raced)
    const [lena, dora, root] = ['lena', 'dora', 'root'].map((token) => operatorAt(url, token))
    for (const id of ['science', 'arts']) await root!('POST', '/teams', { id })
    await root!('POST', '/users', { id: 'carl', team: 'science' })
    await root!('POST', '/projects', { id: 'telescope', team: 'science' })
    await root!('POST', '/keys', { id: 'ci', team: 'science' })
    return { lena: lena!, dora: dora!, first }
  }

  const THINGS = ['/users/carl', '/projects/telescope', '/keys/ci']
  const tries = THINGS.flatMap((path) => [
    [path, 'PATCH', { team: 'science' }, {}] as const,
    [path, 'PATCH', { label: 'ours' }, {}] as const,
    // The revision that it will have once it is moved is not hard to guess.
    [path, 'PATCH', { team: 'science' }, { 'if-match': '"2"' }] as const,
    ...(path.startsWith('/keys') ? [] : [[path, 'DELETE', undefined, {}] as const]),
  ])

  it.each(tries)(
    'stays there, though its lead has begun before: %s %s %o %o',
    async (path, method, body, headers) => {
      const { lena, dora, first } = await started()
      first(async () => {
        expect(await dora('PATCH', path, { team: 'arts' })).toMatchObject({ status: 200, etag: '"2"' })
      })
      const late = await lena(method, path, body, headers)
      expect(late).toMatchObject({ status: 412, code: 'precondition_failed' })
      const { body: now, etag } = await dora('GET', path)
      expect(now).toMatchObject({ team: 'arts' })
      expect(now).not.toHaveProperty('label')
      expect(etag).toBe('"2"')
    },
  )

  it.each(['rotate', 'revoke'])('a key is no lead’s to %s any more', async (verb) => {
    const { lena, dora, first } = await started()
    first(async () => void (await dora('PATCH', '/keys/ci', { team: 'arts' })))
    expect(await lena('POST', `/keys/ci/${verb}`, {})).toMatchObject({ status: 412 })
    expect((await dora('GET', '/keys/ci')).etag).toBe('"2"')
  })

  it.each(['key:ci', 'project:telescope', 'user:carl'])(
    'what %s may spend is no lead’s to say any more',
    async (account) => {
      const { lena, dora, first } = await started()
      const path = `/${account.replace(':', 's/')}`
      const budgets = [{ limit_usd: '1000', period: 'daily' }]
      for (const method of ['PUT', 'DELETE'] as const) {
        await dora('PATCH', path, { team: 'science' })
        first(async () => void (await dora('PATCH', path, { team: 'arts' })))
        const late = await lena(method, `/budgets/${account}`, method === 'PUT' ? { budgets } : undefined)
        expect(late).toMatchObject({ status: 412, code: 'precondition_failed' })
      }
      const { body } = await dora('GET', `/budgets/${account}`)
      expect(body).toMatchObject({ budgets: [] })
      await dora('PATCH', path, { team: 'science' })
      expect((await lena('PUT', `/budgets/${account}`, { budgets })).status).toBe(200)
    },
  )

  it('and what a director makes is not a lead’s, who asked for it before it was there', async () => {
    const { lena, dora, first } = await started()
    first(async () => void (await dora('POST', '/keys', { id: 'new', team: 'arts' })))
    expect(await lena('PATCH', '/keys/new', { label: 'ours' })).toMatchObject({ status: 412 })
    expect((await dora('GET', '/keys/new')).body).toMatchObject({ team: 'arts' })
  })

  it('a lead’s change of what stays theirs is made', async () => {
    const { lena, dora, first } = await started()
    for (const path of THINGS) expect((await lena('PATCH', path, { label: 'ours' })).status).toBe(200)
    first(async () => void (await dora('PATCH', '/users/carl', { label: 'theirs' })))
    expect((await lena('PATCH', '/users/carl', { label: 'ours' })).status).toBe(412)
    expect((await lena('PATCH', '/users/carl', { label: 'ours' })).status).toBe(200)
  })
})
