import { basename, dirname } from 'node:path'
import { ERRORS } from '@tollgate/kit/core'
import { describe, expect, it } from 'vitest'
import { find, type Import, read, type Source, sources } from './support/sources.ts'

const TESTS = /\.test(-d)?\.ts$/
const KIT = 'packages/kit/src/'
const GATEWAY = 'packages/gateway/src/'

const packages = ['kit', 'testing', 'gateway'].map((folder) => ({
  folder,
  manifest: JSON.parse(read(`packages/${folder}/package.json`)),
  files: sources(`packages/${folder}/src/**/*.{ts,mts}`).filter(({ path }) => !TESTS.test(path)),
}))
const kit = packages[0]!
const gateway = packages[2]!
const shipped = packages.flatMap(({ files }) => files)
const subpaths = Object.keys(kit.manifest.exports).filter((subpath) => subpath !== './package.json')

/** What a room may import besides itself and `node:`; after `type`, only its types. */
const DIRECTION: Readonly<Record<string, readonly string[]>> = {
  core: [],
  wire: ['core'],
  ledger: ['core'],
  directory: ['core', 'type ledger'],
  meter: ['core', 'type wire', 'type ledger'],
  'ledger/sqlite': ['core', 'ledger'],
  'ledger/redis': ['core', 'ledger'],
  'directory/sqlite': ['core', 'directory'],
  'directory/redis': ['core', 'directory', 'ledger/redis'],
  // Tokens are JSON, and what verifies them is loaded as other packages are that not everybody needs.
  identity: ['core', 'directory', 'wire'],
  limits: ['core'],
  // Who is given more by whom: kept in the directory, and written down in the books where it is money.
  access: ['core', 'wire', 'directory', 'ledger', 'limits'],
  // One way to reach a Redis, for all that is kept there.
  'limits/redis': ['core', 'limits', 'ledger/redis'],
  failover: ['core', 'wire', 'meter', 'type ledger'],
  toll: ['core', 'wire', 'meter', 'ledger', 'directory'],
  audit: ['core', 'type wire', 'type meter', 'type ledger', 'directory', 'toll'],
  'audit/sqlite': ['core', 'audit', 'type ledger'],
  stages: [
    'core',
    'wire',
    'meter',
    'type ledger',
    'directory',
    'identity',
    'access',
    'cache',
    'failover',
    'limits',
    'owners',
    'toll',
    'audit',
  ],
  // No stage: it does for a session what several of them do for a request, and by the same functions.
  realtime: [
    'core',
    'wire',
    'meter',
    'type ledger',
    'type directory',
    'type identity',
    'type access',
    'toll',
    'audit',
    'failover',
    'type limits',
    'stages/tier-check',
    'stages/rate-limit',
  ],
  // Vectors are bought as any call is, by a governed fetch, and left alone for a while when their seller fails.
  cache: ['core', 'wire', 'directory', 'type ledger', 'client', 'failover'],
  'cache/sqlite': ['core', 'cache'],
  'cache/redis': ['core', 'cache', 'ledger/redis'],
  'cache/vectors/sqlite': ['core', 'cache'],
  'cache/vectors/redis': ['core', 'cache', 'ledger/redis'],
  // Whose what providers store is.
  owners: ['core', 'type wire', 'directory'],
  'owners/sqlite': ['core', 'owners'],
  'owners/redis': ['core', 'owners', 'ledger/redis'],
  client: ['core', 'wire', 'meter', 'type ledger', 'directory', 'toll'],
  conformance: ['core', 'ledger', 'directory', 'limits', 'cache', 'owners'],
}

/** The same of the gateway, whose commands and whose own files stand above all its rooms. */
const GATEWAY_DIRECTION: Readonly<Record<string, readonly string[]>> = {
  config: [],
  say: ['config', 'type admin', 'type pipeline', 'type store'],
  report: ['config', 'say', 'keep'],
  keep: ['config'],
  secrets: ['config', 'keep'],
  import: ['config', 'store'],
  alerts: ['config', 'say', 'keep', 'type report'],
  doctor: ['config'],
  store: ['config', 'say', 'report', 'keep', 'doctor', 'type endpoints'],
  pipeline: ['config', 'say'],
  endpoints: ['config', 'pipeline', 'say', 'manage'],
  manage: ['config', 'say', 'store'],
  admin: ['config', 'report', 'endpoints', 'manage'],
  // Above all rooms that are put together anew.
  reload: ['config', 'say', 'secrets', 'store', 'manage', 'type admin', 'type pipeline'],
}

/** Rooms inside a room: one implementation each of its interface. */
const STORES: ReadonlySet<string | undefined> = new Set(['sqlite', 'redis'])

/** The room of a file: `core`, `ledger/sqlite`, `cache/vectors/redis`, `stages/tier-check`; the package's entry stands above all rooms. */
function roomOf(path: string): string {
  const rooms = dirname(path.slice(KIT.length)).split('/')
  const depth = rooms[0] === 'stages' ? 2 : rooms.findIndex((room) => STORES.has(room)) + 1
  return rooms.slice(0, Math.max(1, depth)).join('/')
}

/** Why an arrow between two files of the kit turns back; undefined when it does not. */
function turnsBack(from: Source, { file = '', typeOnly }: Import): string | undefined {
  const [here, there] = [roomOf(from.path), roomOf(file)]
  if (here === '.' || here === there) return undefined
  const [stage, other] = [here.startsWith('stages/'), there.startsWith('stages/')]
  if (stage && other && basename(file) === 'slots.ts') return undefined
  const allowed = DIRECTION[stage ? 'stages' : here] ?? []
  if (allowed.includes(there) || (typeOnly && allowed.includes(`type ${there}`))) return undefined
  return `${from.path} imports ${typeOnly ? 'types of ' : ''}${file}`
}

/** The same between two files of the gateway. */
function turnsBackInGateway(from: Source, { file = '', typeOnly }: Import): string | undefined {
  const [here = '', there = ''] = [from.path, file].map(
    (path) => dirname(path.slice(GATEWAY.length)).split('/')[0]!,
  )
  const allowed = GATEWAY_DIRECTION[here]
  if (!allowed || here === there || !(there in GATEWAY_DIRECTION || there === 'commands')) return undefined
  if (allowed.includes(there) || (typeOnly && allowed.includes(`type ${there}`))) return undefined
  return `${from.path} imports ${typeOnly ? 'types of ' : ''}${file}`
}

const packageOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0]
const isBare = ({ specifier }: Import) => !specifier.startsWith('.') && !specifier.startsWith('node:')

describe('direction', () => {
  it('never turns back inside the kit', () => {
    const arrows = kit.files.flatMap((from) =>
      from.imports.filter(({ file }) => file).map((to) => turnsBack(from, to)),
    )
    expect(arrows.length).toBeGreaterThan(200)
    expect(arrows.filter(Boolean)).toEqual([])
  })

  it('never turns back inside the gateway', () => {
    const arrows = gateway.files.flatMap((from) =>
      from.imports.filter(({ file }) => file).map((to) => turnsBackInGateway(from, to)),
    )
    expect(arrows.length).toBeGreaterThan(100)
    expect(arrows.filter(Boolean)).toEqual([])
  })

  it('has no room that it says nothing about', () => {
    const rooms = new Set(kit.files.map(({ path }) => roomOf(path).replace(/^stages\/.*/, 'stages')))
    expect([...rooms].filter((room) => room !== '.').sort()).toEqual(Object.keys(DIRECTION).sort())
  })

  it('has no circle between files', () => {
    const circles = shipped.flatMap(({ path }) => circleFrom(path))
    expect(circles).toEqual([])
  })

  it('lets the gateway, the testing package, the examples and the benches see public subpaths only', () => {
    const outside = [
      ...packages.slice(1).flatMap(({ files }) => files),
      ...sources('{examples,bench}/**/*.ts'),
    ]
    const doors = new Set(packages.flatMap(({ manifest }) => doorsOf(manifest)))
    const wrong = outside.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier, file }) =>
          file
            ? homeOf(file) !== homeOf(path)
            : /^(@tollgate\/|tollgate\b)/.test(specifier) && !doors.has(specifier),
        )
        .map(({ specifier }) => `${path} imports ${specifier}`),
    )
    expect(wrong).toEqual([])
  })
})

const byPath = new Map(shipped.map((source) => [source.path, source]))
const visited = new Set<string>()

/** The first circle that is met on a walk along the imports, as a list of its files. */
function circleFrom(path: string, trail: readonly string[] = []): string[] {
  if (trail.includes(path)) return [[...trail.slice(trail.indexOf(path)), path].join(' → ')]
  if (visited.has(path)) return []
  visited.add(path)
  const next = byPath.get(path)?.imports.flatMap(({ file }) => file ?? []) ?? []
  return next.flatMap((file) => circleFrom(file, [...trail, path]))
}

function doorsOf({ name, exports }: { name: string; exports: Record<string, unknown> }): string[] {
  return Object.keys(exports).map((subpath) => name + subpath.slice(1))
}

/** What belongs together: `packages/gateway/src`, `examples/demo`, `bench`. */
function homeOf(path: string): string {
  const parts = path.split('/')
  return parts.slice(0, parts[0] === 'packages' ? 3 : parts[0] === 'examples' ? 2 : 1).join('/')
}

describe('packages', () => {
  it('has a door for every room of the kit that has an index, and no other', () => {
    const rooms = find(`${KIT}**/index.ts`)
      .map((path) => dirname(path.slice(KIT.length)))
      .filter((room) => `./${room}` !== './.')
    expect(subpaths.toSorted()).toEqual(['.', ...rooms.map((room) => `./${room}`)].toSorted())
  })

  it('says the same in exports and in typesVersions', () => {
    for (const subpath of subpaths.filter((one) => one !== '.')) {
      const output = `./dist${subpath.slice(1)}/index`
      expect(kit.manifest.exports[subpath]).toEqual({ types: `${output}.d.ts`, default: `${output}.js` })
    }
    const typesVersions = subpaths
      .filter((one) => one !== '.')
      .map((one) => [one.slice(2), [`./dist${one.slice(1)}/index.d.ts`]])
    expect(kit.manifest.typesVersions).toEqual({ '*': Object.fromEntries(typesVersions) })
  })

  it.each(packages)(
    '$folder declares the dependencies that it imports, and no others',
    ({ folder, files, manifest: { dependencies, peerDependencies } }) => {
      const imported = files.flatMap(({ imports }) =>
        imports.filter(isBare).map(({ specifier }) => packageOf(specifier)),
      )
      const declared = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => name !== HEAVY)
      // What the kit leaves to its users to bring, the product brings.
      const brought =
        folder === 'gateway'
          ? Object.keys(kit.manifest.peerDependencies).filter((name) => name !== HEAVY)
          : []
      expect([...new Set([...imported, ...brought])].sort()).toEqual(declared.sort())
    },
  )

  it('has a factory named after its folder in every stage', () => {
    for (const name of new Set(kit.files.map(({ path }) => /\/stages\/([^/]+)\//.exec(path)?.[1]))) {
      if (name === undefined) continue
      const factory = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
      expect(byPath.get(`${KIT}stages/${name}/${name}.ts`)?.code).toMatch(
        new RegExp(`^export const ${factory} = `, 'm'),
      )
    }
  })
})

/** A runtime for models, some 200 MB: found by its name where somebody has installed it, and brought by nobody else. */
const HEAVY = '@huggingface/transformers'

/** How a file begins that a program has written. */
const MADE = '// Made from lua/commands'

describe('files', () => {
  const all = sources('{packages,test,examples,bench,scripts}/**/*.{ts,mts,js,mjs,cts}')

  it('hold one idea each: none is longer than 300 lines', () => {
    const written = shipped.filter(({ text }) => !text.startsWith(MADE))
    const long = written.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path)
    expect(long).toEqual([])
  })

  it('leave no reminders', () => {
    const reminders = all.filter(({ text }) => /\bTO[D]O\b|\bFIX[M]E\b/.test(text)).map(({ path }) => path)
    expect(reminders).toEqual([])
  })

  it('have no default export', () => {
    const defaults = shipped.filter(({ code }) => /^export default\b|\bas default\b/m.test(code))
    expect(defaults.map(({ path }) => path)).toEqual([])
  })

  it('give SQL its values by plain question marks: Node 22 misses those with a number', () => {
    const numbered = shipped.filter(({ code }) => /[=(, ]\?\d/.test(code))
    expect(numbered.map(({ path }) => path)).toEqual([])
  })

  it('warn in one way', () => {
    const warners = kit.files.filter(({ code }) => /\bemitWarning\b/.test(code)).map(({ path }) => path)
    expect(warners).toEqual([`${KIT}core/warn.ts`])
  })

  // V8 makes a function that is written as the value of an assignment to a property among its old objects, where it keeps
  // all that it can see alive until the next full garbage collection: a request and its answer, as a rule.
  it('name a function before they put it into a property', () => {
    const unnamed = /\.\w+ (?:\?\?)?= (?:async )?(?:function\b|\([^()]*\) =>|\w+ =>)/
    expect(kit.files.filter(({ code }) => unnamed.test(code)).map(({ path }) => path)).toEqual([])
  })

  it('read no environment variable inside the kit', () => {
    expect(kit.files.filter(({ code }) => /\bprocess\.env\b/.test(code)).map(({ path }) => path)).toEqual([])
  })
})

describe('docs/reference/errors.md', () => {
  const sections = read('docs/reference/errors.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => section.split('\n'))

  it('has a section for every code, in the order of the table, and no other', () => {
    expect(sections.map(([code]) => code)).toEqual(Object.keys(ERRORS))
  })

  it.each(Object.entries(ERRORS))(
    'says the status of %s, and whether SDKs retry it',
    (code, { status, retry }) => {
      const [, , facts] = sections.find(([heading]) => heading === code) ?? []
      expect(facts).toBe(`**${status}** · SDKs ${retry === 'yes' ? 'retry' : 'do not retry'}`)
    },
  )
})
