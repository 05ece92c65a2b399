import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildLua, LUA } from '../../../../../../scripts/build-lua.ts'
import { SCRIPTS } from './catalog.ts'

describe('the modules', () => {
  it('are what the builder makes of the Lua files', () => {
    for (const [file, text] of buildLua()) {
      expect([file, readFileSync(join(__dirname, file), 'utf8')]).toEqual([file, text])
    }
  })

  it('are known to Redis by their text', () => {
    for (const { lua, sha1 } of SCRIPTS) expect(createHash('sha1').update(lua).digest('hex')).toBe(sha1)
  })

  it('give money back when memory is full, and take none', () => {
    const flags = Object.fromEntries(SCRIPTS.map(({ name, lua }) => [name, lua.split('\n')[0]!.slice(6)]))
    const having = (flag: string) => Object.keys(flags).filter((name) => flags[name] === flag)
    expect(having('flags=allow-oom')).toEqual([
      ...['adjust', 'drop_unbooked', 'expire', 'reassert', 'release', 'settle', 'settle_expired'],
    ])
    expect(having('flags=no-writes')).toEqual(['overdue', 'read', 'record', 'unconfirmed'])
  })
})

describe('the files', () => {
  const lines = (kind: string, name: string) => readFileSync(join(LUA, kind, `${name}.lua`), 'utf8')

  it('hold functions that fit at a glance', () => {
    for (const { name } of SCRIPTS) {
      const body = lines('commands', name)
        .split('\n')
        .filter((line) => !line.startsWith('--'))
      expect([name, body.length < 60]).toEqual([name, true])
    }
  })
})

describe('the builder refuses', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-lua-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each([
    [
      'a key that is declared and not used',
      'commands/init',
      /^-- ARGV/m,
      '--       2 other\n$&',
      /KEYS\[2\] \(other\) is declared and not used/,
    ],
    [
      'a key that is used and not declared',
      'commands/overdue',
      /KEYS\[2\]/,
      'KEYS[3]',
      /KEYS\[3\] is used and not declared/,
    ],
    [
      'an argument that is declared and not used',
      'commands/overdue',
      /ARGV\[2\]/,
      '9',
      /ARGV\[2\] \(limit\) is declared and not used/,
    ],
    [
      'an argument that is used and not declared',
      'commands/overdue',
      /ARGV\[2\]/,
      'ARGV[3]',
      /ARGV\[3\] is used and not declared/,
    ],
    [
      'a list that nobody reads',
      'commands/init',
      /^-- REPLY/m,
      '--       2+ more*\n$&',
      /more is declared and not used/,
    ],
    [
      'a key that is made in a script',
      'commands/unconfirmed',
      /KEYS\[1\],/,
      "KEYS[1] .. 'x',",
      /keys are given, never made/,
    ],
    [
      'a reply that is not declared',
      'commands/init',
      /'there'/,
      "'here'",
      /answers here, which is not declared/,
    ],
    ['a reply that is never given', 'commands/init', /^-- REPLY/m, '$& gone\n--      ', /never answers gone/],
    [
      'a reply that is declared twice',
      'commands/init',
      /^-- REPLY (.*)$/m,
      '$&\n--       $1',
      /declares \w+ twice/,
    ],
    ['a command that states no flags', 'commands/init', /#!lua/, '-- lua', /states the flags/],
    [
      'an include that is not used',
      'commands/init',
      /^-- @include now_ms$/m,
      '-- @include decisive\n$&',
      /includes decisive and does not use it/,
    ],
    [
      'a function that is not included',
      'commands/init',
      /^-- @include now_ms\n/m,
      '',
      /calls now_ms and does not include it/,
    ],
    [
      'an include that is not there',
      'commands/init',
      /@include now_ms/,
      '@include now',
      /no includes\/now\.lua/,
    ],
    ['includes in a circle', 'includes/whole', /^/, '-- @include standing\n', /is a circle/],
    [
      'an include that sees keys',
      'includes/now_ms',
      /given ~= ''/,
      'KEYS[1]',
      /KEYS and ARGV are read in commands only/,
    ],
    [
      'an include that nobody uses',
      'includes/whole',
      /whole/,
      'hole',
      /it is one function, of the same name/,
    ],
    [
      'what rounds numbers',
      'includes/whole',
      /string\.format\('%d', number\)/,
      'tostring(number)',
      /tostring rounds/,
    ],
  ])('%s', (_, file, pattern, replacement, message) => {
    cpSync(LUA, folder, { recursive: true })
    const path = join(folder, `${file}.lua`)
    const text = readFileSync(path, 'utf8')
    expect(text).toMatch(pattern)
    writeFileSync(path, text.replace(pattern, replacement))
    expect(() => buildLua(folder)).toThrow(message)
  })
})
