import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildLua } from '../../scripts/build-lua.ts'
import { PROVE } from '../support/prove.ts'
import { type RedisServer, redisServer } from '../support/redis.ts'
import { hunt, tableOf } from './hunt.ts'
import { LUA_MUTANTS } from './lua-mutants.ts'
import { checkMutant, type Mutant, mutatedCopy } from './mutant.ts'
import { SQLITE_MUTANTS } from './sqlite-mutants.ts'

const ROOT = join(import.meta.dirname, '../..')
const KIT = join(ROOT, 'packages/kit')
const SOURCES = ['core', 'ledger', 'conformance', 'directory'].map((room) => `src/${room}`)
const SUITE = join(import.meta.dirname, 'suite-process.ts')
const LONG = { timeout: 1_800_000 }
/** Where time is short: one bug of eight, from every part of the list. */
const tried = (mutants: readonly Mutant[]) => (PROVE ? mutants : mutants.filter((_, at) => at % 16 === 0))
const NO_BUG: Mutant = { name: '(nothing)', edits: [] }

/** A copy is a package of its own, with the same dependencies. */
function makePackage(copy: string): void {
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }')
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
}

/** What is made from Lua is made again. */
function makeScripts(copy: string): void {
  const scripts = join(copy, 'src/ledger/redis/scripts')
  for (const [file, text] of buildLua(join(copy, 'lua'))) writeFileSync(join(scripts, file), text)
}

interface Sown {
  readonly mutants: readonly Mutant[]
  /** What a copy needs besides the sources. */
  readonly parts?: readonly string[]
  readonly prepare?: (copy: string) => void
  /** `sqlite`, or the URL of a Redis. */
  readonly store: string
}

/** Whether all are found, and nothing where there is nothing to find. */
async function expectAllFound({ mutants, parts = [], prepare, store }: Sown): Promise<void> {
  const found = await hunt([NO_BUG, ...tried(mutants)], {
    from: KIT,
    parts: [...SOURCES, ...parts],
    prepare(copy) {
      makePackage(copy)
      prepare?.(copy)
    },
    suite: SUITE,
    // The long version asks every part of the suite, not only the first that finds it.
    args: PROVE ? [store] : [store, 'first'],
    limitMs: 300_000,
  })
  console.log(tableOf([...found.values()].flat()))
  const unfound = [...found].filter(([, kills]) => kills.length === 0).map(([{ name }]) => name)
  expect(unfound).toEqual([NO_BUG.name])
}

describe('the conformance suite finds every bug, and none where there is none,', () => {
  it('in the SQLite ledger', LONG, () => expectAllFound({ mutants: SQLITE_MUTANTS, store: 'sqlite' }))

  describe('on Redis', () => {
    let server: RedisServer
    beforeAll(async () => {
      server = await redisServer()
    })
    afterAll(() => server.stop())

    it('in the Lua core', LONG, () =>
      expectAllFound({
        mutants: LUA_MUTANTS,
        parts: ['lua'],
        prepare: makeScripts,
        store: server.url,
      }),
    )
  })
})

describe('a mutant', () => {
  it.each([...SQLITE_MUTANTS, ...LUA_MUTANTS])('has its place in the code: $name', (mutant) => {
    expect(() => checkMutant(KIT, mutant)).not.toThrow()
  })

  const edit = { file: 'src/core/clock.ts', put: '' }

  it('that does not match its source exactly once is an error', () => {
    const sown = (find: string) => () =>
      mutatedCopy(KIT, ['src/core/clock.ts'], { name: 'a bug', edits: [{ ...edit, find }] })
    expect(sown('there is no such text')).toThrow('let the mutant follow the code')
    expect(sown('now()')).toThrow('more than once')
  })
})
