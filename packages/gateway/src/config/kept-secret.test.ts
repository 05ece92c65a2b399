import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { keptSecret } from './kept-secret.ts'
import { masterKey } from './master-key.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tollgate-secret-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

it('a secret is made once, for its owner only, and read from then on', () => {
  const path = join(home, 'data', 'token')
  expect(keptSecret(path, () => 'first')).toEqual({ text: 'first', made: true })
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(keptSecret(path, () => 'second')).toEqual({ text: 'first', made: false })
  expect(readdirSync(join(home, 'data'))).toEqual(['token'])
})

it('of two processes that start together, both keep the one that came first', () => {
  const path = join(home, 'token')
  const late = keptSecret(path, () => {
    keptSecret(path, () => 'theirs')
    return 'ours'
  })
  expect(late).toEqual({ text: 'theirs', made: false })
  expect(readdirSync(home)).toEqual(['token'])
})

it('a file that every user can read, or that is empty, is refused', () => {
  const path = join(home, 'token')
  writeFileSync(path, 'secret\n')
  chmodSync(path, 0o644)
  const read = () => keptSecret(path, () => 'new')
  expect(read).toThrow(`${path} is open to every user of this machine (mode 644): chmod 600 it`)
  chmodSync(path, 0o660)
  expect(read()).toEqual({ text: 'secret', made: false })
  writeFileSync(path, ' \n')
  expect(read).toThrow(`${path} is empty: restore it, or remove it to have a new one made`)
})

it('the master key is the one stated', () => {
  const stated = 'é'.repeat(16)
  const databasePath = join(home, 'tollgate.db')
  expect(masterKey({ stated, databasePath })).toEqual({
    key: Buffer.from(stated),
    keptIn: undefined,
    made: false,
  })
  expect(existsSync(join(home, 'master-key'))).toBe(false)
})

it('otherwise it is made and kept beside the database', () => {
  const databasePath = join(home, 'tollgate.db')
  const first = masterKey({ stated: undefined, databasePath })
  expect(first.keptIn).toBe(join(home, 'master-key'))
  expect(first.made).toBe(true)
  expect(readFileSync(first.keptIn!, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/)
  expect(masterKey({ stated: undefined, databasePath })).toEqual({ ...first, made: false })
})

it('a master key that is too short is refused, and not repeated', () => {
  const databasePath = join(home, 'tollgate.db')
  expect(() => masterKey({ stated: 'too short', databasePath })).toThrow(
    /^master_key has 9 bytes, and must have at least 32: openssl rand -hex 32$/,
  )
  writeFileSync(join(home, 'master-key'), 'cut', { mode: 0o600 })
  expect(() => masterKey({ stated: undefined, databasePath })).toThrow('master-key has 3 bytes, and must')
})
