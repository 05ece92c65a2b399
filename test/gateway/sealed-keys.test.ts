import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ADA, type Place, place, SECRET } from '../support/gateway.ts'
import { keys, redisPlace } from '../support/redis-place.ts'

const KEY = 'sk-real-which-only-the-provider-may-see'
const provider = { apiKey: KEY }

/** A place whose provider is called with a key that is kept sealed. */
async function sealedPlace(): Promise<Place> {
  const made = await place(ADA, { ...provider })
  made.edit(/apiKey: .*\}/, 'apiKey: sealed }')
  return made
}

const setKey = (made: Place, key = KEY) =>
  made.command('providers set-key openai', { input: async () => `${key}\n` })

const ask = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Hello.' }], max_tokens: 8 }

it('a provider is called with the key that was sealed for it, and is disabled without one', async () => {
  const made = await sealedPlace()
  const checked = await made.command('config check')
  expect(checked.out).toContain('openai: sealed, looked up in the books at the start')
  const before = await made.start()
  expect(before.said.join('\n')).toContain(
    'provider openai is disabled: its key is not kept here yet: `tollgate providers set-key openai --config tollgate.yaml`',
  )
  await expect(before.client(SECRET).chat.completions.create(ask)).rejects.toMatchObject({ status: 503 })
  await before.close()

  expect(await setKey(made)).toMatchObject({
    code: 0,
    out: 'openai: kept, sealed; a gateway reads it when it starts',
  })
  const gateway = await made.start()
  expect(gateway.said.join('\n')).toContain('openai ✓ sealed key')
  await gateway.client(SECRET).chat.completions.create(ask)
  await gateway.close()
  const folder = join(made.folder, 'data')
  for (const name of readdirSync(folder))
    if (name !== 'tollgate.db.spool')
      expect(readFileSync(join(folder, name), 'latin1'), name).not.toContain(KEY)
})

it('the key comes from standard input, and from nowhere else', async () => {
  const made = await sealedPlace()
  await (await made.start()).close()
  for (const [line, input, says] of [
    ['providers set-key openai', '', 'no key came on standard input'],
    ['providers set-key openai', 'two\nlines\n', 'what came on standard input is no key'],
    [`providers set-key openai ${KEY}`, '', 'providers set-key: takes one NAME'],
  ] as const) {
    const { code, err } = await made.command(line, { input: async () => input })
    expect([code, err]).toEqual([2, expect.stringContaining(says)])
  }
  expect((await made.command('providers list')).out).toBe('no key is kept sealed')
})

it('keys are sealed anew with a newer key, and the older one is dropped', async () => {
  const made = await sealedPlace()
  await (await made.start()).close()
  await setKey(made)
  const withKeys = (...names: string[]) => {
    const list = names.map((name) => `${name}-which-has-32-bytes-or-rather-more`)
    made.edit(/seal_keys: .*\n|$/, `seal_keys: ${JSON.stringify(list)}\n`)
  }
  made.configure('')
  made.edit(/apiKey: .*\}/, 'apiKey: sealed }')
  made.edit(/$/, ADA)
  const sealedWith = async () =>
    JSON.parse((await made.command('providers list --json')).out) as { sealed_with: string; status: string }
  const first = await sealedWith()

  withKeys('new')
  expect(await sealedWith()).toEqual(first)
  expect(await made.command('providers reseal')).toMatchObject({
    code: 0,
    out: expect.stringContaining('openai: sealed anew'),
  })
  const second = await sealedWith()
  expect(second).toMatchObject({ status: 'open' })
  expect(second.sealed_with).not.toBe(first.sealed_with)

  withKeys('newest', 'new')
  expect(await made.command('providers reseal')).toMatchObject({ code: 0 })
  withKeys('newest')
  const gateway = await made.start()
  await gateway.client(SECRET).chat.completions.create(ask)
  await gateway.close()
  withKeys('another')
  expect(await sealedWith()).toMatchObject({ status: 'unknown_key' })
  expect(await made.command('providers reseal')).toMatchObject({
    code: 1,
    out: 'openai: sealed with a key that is not here: state it among seal_keys',
    err: '1 of 1 are not: drop nothing yet',
  })
  expect((await made.start()).said.join('\n')).toContain('a key that is not among seal_keys')
})

it('a key that is copied to another provider does not open there', async () => {
  const made = await sealedPlace()
  await (await made.start()).close()
  await setKey(made)
  const { DatabaseSync } = await import('node:sqlite')
  const db = new DatabaseSync(join(made.folder, 'data/tollgate.db'))
  db.exec("UPDATE kept_text SET name = 'mine' WHERE kind = 'provider_key'")
  db.close()
  expect((await made.command('providers list')).out).toMatch(/^mine .* changed, or moved from elsewhere$/m)
  expect(await made.command('providers forget-key mine')).toMatchObject({ code: 0, out: 'mine: forgotten' })
})

it('a fleet reads it from its Redis', async () => {
  const made = await redisPlace(keys(), { provider })
  made.edit(/apiKey: .*\}/, 'apiKey: sealed }')
  expect(await setKey(made)).toMatchObject({ code: 0 })
  const gateway = await made.start()
  await gateway.client(SECRET).chat.completions.create(ask)
})
