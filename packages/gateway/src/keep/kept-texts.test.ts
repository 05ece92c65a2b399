import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, redisServer } from '../../../../test/support/redis.ts'
import { redisTexts } from './redis-texts.ts'
import { sqliteTexts } from './sqlite-texts.ts'
import type { KeptTexts } from './texts.ts'

let server: RedisServer
let folder = ''
beforeAll(async () => {
  server = await redisServer()
  folder = mkdtempSync(join(tmpdir(), 'tollgate-texts-'))
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

let files = 0
const STORES = [
  [
    'a file',
    () => {
      const path = join(folder, `${files++}.db`)
      return (org: string) => sqliteTexts(path, org)
    },
  ],
  [
    'a Redis',
    () => {
      const prefix = `t${files++}`
      return (org: string) => redisTexts({ target: server.url, prefix }, org)
    },
  ],
] as const

describe.each(STORES)('texts in %s', (_, place) => {
  const withTwo = async (
    work: (one: KeptTexts, other: KeptTexts) => Promise<void>,
    orgs = ['acme', 'acme'],
  ) => {
    const open = place()
    const [one, other] = orgs.map(open)
    await work(one!, other!)
    await Promise.all([one!.close(), other!.close()])
  }

  it('are told by name, and to every process', () =>
    withTwo(async (one, other) => {
      expect([...(await one.list('provider_key'))]).toEqual([])
      for (const name of ['openai', 'anthropic'])
        expect(await one.replace('provider_key', name, `of ${name}`, undefined)).toBe(true)
      expect([...(await other.list('provider_key'))]).toEqual([
        ['anthropic', 'of anthropic'],
        ['openai', 'of openai'],
      ])
      expect([...(await other.list('closed_month'))]).toEqual([])
    }))

  it('are replaced only by whoever knows what is there', () =>
    withTwo(async (one, other) => {
      expect(await one.replace('provider_key', 'openai', 'first', 'something')).toBe(false)
      expect(await one.replace('provider_key', 'openai', 'first', undefined)).toBe(true)
      expect(await other.replace('provider_key', 'openai', 'late', undefined)).toBe(false)
      expect(await other.replace('provider_key', 'openai', 'second', 'first')).toBe(true)
      expect(await one.replace('provider_key', 'openai', 'third', 'first')).toBe(false)
      expect((await one.list('provider_key')).get('openai')).toBe('second')
    }))

  it('are removed once, and those of another org stay', () =>
    withTwo(
      async (acme, globex) => {
        await acme.replace('provider_key', 'openai', 'of acme', undefined)
        await globex.replace('provider_key', 'openai', 'of globex', undefined)
        expect(await acme.remove('provider_key', 'openai')).toBe(true)
        expect(await acme.remove('provider_key', 'openai')).toBe(false)
        expect((await globex.list('provider_key')).get('openai')).toBe('of globex')
      },
      ['acme', 'globex'],
    ))
})

it('what is said of the books is in their slot, whatever their org is called', async () => {
  const texts = redisTexts({ target: server.url, prefix: 'slots' }, '{50%}')
  await texts.replace('provisioned', 'accounts', 'all', undefined)
  await texts.close()
  expect(await server.call('exists', 'slots:kept:provisioned:{%7B50%25%7D}')).toBe(1)
})

it('what was replaced in a file is not in it any more', async () => {
  const path = join(folder, 'replaced.db')
  const texts = sqliteTexts(path, 'acme')
  await texts.replace('provider_key', 'openai', 'the-text-before', undefined)
  await texts.replace('provider_key', 'openai', 'the-text-behind', 'the-text-before')
  await texts.close()
  const onDisk = readFileSync(path, 'latin1')
  expect(onDisk).toContain('the-text-behind')
  expect(onDisk).not.toContain('the-text-before')
})
