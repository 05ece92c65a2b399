import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { ERRORS, type ErrorCode } from '@tollgate/kit/core'
import { METRICS } from '@tollgate/kit/ledger'
import { loadConfig } from 'tollgate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { place } from './support/gateway.ts'
import { optionsOf } from './support/options.ts'
import { pages } from './support/pages.ts'
import { find, sources } from './support/sources.ts'

const ROOT = join(import.meta.dirname, '..')
const all = pages('**/*.md')
const docs = all.filter(({ path }) => path.startsWith('docs/'))
const byPath = new Map(all.map((page) => [page.path, page]))

describe('links', () => {
  it('lead to files and headings that are there', () => {
    const broken = all.flatMap(({ path, links }) =>
      links.filter((link) => isBroken(path, link)).map((link) => `${path} → ${link}`),
    )
    expect(all.flatMap(({ links }) => links).length).toBeGreaterThan(50)
    expect(broken).toEqual([])
  })

  it('of docs/README.md lead to every page', () => {
    const { links } = byPath.get('docs/README.md')!
    const linked = links.map((link) => join('docs', link))
    expect(docs.map(({ path }) => path).filter((path) => !linked.includes(path))).toEqual(['docs/README.md'])
  })
})

function isBroken(from: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return false
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? from : join(dirname(from), file)
  if (!existsSync(join(ROOT, target))) return true
  return anchor !== undefined && !byPath.get(target)?.anchors.has(anchor)
}

const INTERFACE = /^`([A-Z]\w+)`$/

const stages = find('packages/kit/src/stages/*/index.ts').map((path) => dirname(path).split('/').at(-1)!)

/** A table that is headed by the name of an interface lists its fields. */
const optionTables = docs.flatMap(({ path, tables }) =>
  tables.flatMap(({ title, rows }) => {
    const [, name] = INTERFACE.exec(title) ?? []
    return name === undefined ? [] : [{ page: relative('docs', path), name, rows }]
  }),
)

describe('options', () => {
  it.each(optionTables)('of $name are in $page, each with its default, and no others', ({ name, rows }) => {
    const options = optionsOf(name) ?? []
    const told = new Map(rows.map(([option = '', value = '']) => [unquoted(option), value]))
    expect([...told.keys()].sort()).toEqual(options.map((option) => option.name).sort())
    for (const { name, required, literal } of options) {
      const value = told.get(name)!
      expect(value === 'required', name).toBe(required)
      if (literal !== undefined || isLiteral(value)) expect(unquoted(value), name).toBe(literal)
    }
  })

  it('of every stage are on a page of its own', () => {
    expect(stages.length).toBeGreaterThan(6)
    for (const stage of stages) {
      const tables = optionTables.filter(({ page }) => page === `stages/${stage}.md`).map(({ name }) => name)
      const own = `${stage.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}Options`
      expect(tables, stage).toContain(optionsOf(own) ? own : 'Identity')
    }
  })
})

describe('the table of stages in README.md', () => {
  const { rows } = byPath.get('README.md')!.tables.find(({ title }) => title === 'stage')!
  const told = rows.map(([stage = '', , , statuses = '']) => ({
    name: /^\[`([a-z-]+)`\]/.exec(stage)?.[1] ?? '',
    statuses: Array.from(statuses.matchAll(/\d+/g), ([status]) => Number(status)),
  }))

  it('has every stage, and no other', () => {
    expect(told.map(({ name }) => name).sort()).toEqual(stages.toSorted())
  })

  it.each(told)('refuses with what the page of $name says', ({ name, statuses }) => {
    const { links } = byPath.get(`docs/stages/${name}.md`)!
    const codes = links.flatMap((link) => /errors\.md#(\w+)$/.exec(link)?.[1] ?? []) as ErrorCode[]
    const own = codes.filter((code) => !OF_EVERY_STAGE.has(code)).map((code) => ERRORS[code].status)
    expect(statuses).toEqual([...new Set<number>(own)].sort((a, b) => a - b))
  })
})

/** What the README says below the table, of all stages that read the body; and a wrong assembly, which any stage finds. */
const OF_EVERY_STAGE: ReadonlySet<ErrorCode> = new Set([
  'invalid_request',
  'method_not_allowed',
  'request_too_large',
  'unsupported_media_type',
  'misassembled',
])

function unquoted(cell: string): string {
  return cell.replace(/^`(.*)`$/, '$1')
}

function isLiteral(cell: string): boolean {
  return /^`(?:\d[\d_]*|'.*'|true|false|\{.*\}|\[\])`$/.test(cell)
}

/** A block of JavaScript that begins with an import is a whole program; the block of text behind it is what it prints. */
const programs = docs.flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language, code }) => language === 'js' && code.startsWith('import '))
    .map(({ code, next }, at) => ({
      title: `${relative('docs', path)}, ${at + 1}`,
      code,
      prints: next?.language === 'text' ? next.code : undefined,
    })),
)

/** Run as a reader would: by Node, on the packages as they are built, in a folder of its own. */
describe('programs', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-docs-'))
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it.each(programs)('$title prints what the page says', ({ code, prints }) => {
    writeFileSync(join(folder, 'page.mjs'), code)
    const { status, stdout, stderr } = spawnSync(process.execPath, ['page.mjs'], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, NO_COLOR: '1' },
    })
    expect(stderr).toBe('')
    if (prints !== undefined) expect(stdout).toBe(prints)
    expect(status).toBe(0)
  })
})

/** What a reader types who has just started a gateway, from the top of a page. */
describe('the first commands of a page', () => {
  it.each(['docs/operating/keys.md', 'docs/operating/admin.md'])(
    '%s can be typed line by line',
    async (path) => {
      const { start, command } = await place('teams: [{ id: default }]')
      await start()
      const lines = byPath
        .get(path)!
        .blocks.find(({ language }) => language === 'sh')!
        .code.trim()
        .split('\n')
      expect(lines.length).toBeGreaterThan(4)
      for (const line of lines)
        expect(await command(line.replace('tollgate ', '')), line).toMatchObject({ code: 0, err: '' })
    },
  )
})

describe('config files', () => {
  const files = docs.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ language }) => language === 'yaml')
      .map(({ code }, at) => ({ title: `${relative('docs', path)}, ${at + 1}`, code })),
  )

  it.each(files)('$title is one that the gateway takes', ({ code }) => {
    const cwd = mkdtempSync(join(tmpdir(), 'tollgate-docs-'))
    writeFileSync(join(cwd, 'tollgate.yaml'), code)
    const names = Array.from(code.matchAll(/\$\{(\w+)\}/g), ([, name = '']) => name)
    const stated = (name: string) =>
      name.endsWith('_URL') ? 'https://hooks.example.com' : 'long-enough-for-a-secret-of-any-kind-here'
    const env = Object.fromEntries(names.map((name) => [name, stated(name)]))
    const { warnings } = loadConfig({ file: 'tollgate.yaml', env, cwd })
    rmSync(cwd, { recursive: true })
    expect(warnings).toEqual([])
  })
})

describe('docs/reference/config.md', () => {
  const page = byPath.get('docs/reference/config.md')!

  it('has every field of a config file, in its tables and in its example', () => {
    const shape = sources('packages/gateway/src/config/shape/index.ts')[0]!.code
    const body = /StatedConfig> = fields\(\s*\{(.*?)^ {2}\},/ms.exec(shape)?.[1] ?? ''
    const fields = Array.from(body.matchAll(/^ {4}(\w+)/gm), ([, name = '']) => name)
    const there = [...fields].sort()
    expect(there.length).toBeGreaterThan(15)
    const told = page.tables.filter(({ title }) => title === 'field').flatMap(({ rows }) => rows)
    expect(told.map(([cell = '']) => unquoted(cell)).sort()).toEqual(there)
    const example = page.blocks.find(({ language }) => language === 'yaml')!.code
    expect(Array.from(example.matchAll(/^(\w+):/gm), ([, name]) => name).sort()).toEqual(there)
  })

  it('can be read: no cell of its tables is longer than a short paragraph', () => {
    const cells = page.tables.flatMap(({ rows }) => rows.flat())
    expect(cells.filter((cell) => cell.length > 340)).toEqual([])
  })
})

describe('docs/operating/gateway.md', () => {
  const page = byPath.get('docs/operating/gateway.md')!

  it('has every metric, and no other', () => {
    const metrics = sources('packages/gateway/src/admin/*metrics.ts').flatMap(({ code }) =>
      Array.from(code.matchAll(/['`](tollgate_\w+)(?:\$\{metric\})?['`]/g), ([, name = '']) => name),
    )
    const ofBudgets = (name: string) => (name.endsWith('_') ? METRICS.map((metric) => name + metric) : [name])
    const told = Array.from(page.text.matchAll(/`(tollgate_\w+)`/g), ([, name = '']) => name)
    const short = told.filter((name) => /_(?:limit|remaining)_/.test(name))
    expect(short).toEqual(['tollgate_limit_usd', 'tollgate_remaining_usd'])
    const all = metrics.flatMap(ofBudgets).filter((name) => !/_(?:tokens|requests)$/.test(name))
    expect([...told].sort()).toEqual(all.sort())
  })

  it('names every command', () => {
    const commands = sources('packages/gateway/src/commands/*.ts').flatMap(({ code }) =>
      Array.from(code.matchAll(/^ {2}name: '([a-z ]+)',$/gm), ([, name = '']) => name),
    )
    expect(commands.length).toBeGreaterThan(5)
    const told = new Set(
      Array.from(page.text.matchAll(/`(?:tollgate )?([a-z]+(?: [a-z][a-z-]*)?)/g), ([, name]) => name),
    )
    const missing = commands.filter((name) => name !== 'start' && !told.has(name))
    expect(missing).toEqual([])
  })
})

it('docs/reference/headers.md has every header of ours, and no other', () => {
  const inSources = sources('packages/{kit,gateway}/src/**/*.ts').flatMap(({ code }) =>
    headersIn(code.replace(/\/\*[\s\S]*?\*\//g, '')),
  )
  expect(new Set(headersIn(byPath.get('docs/reference/headers.md')!.text))).toEqual(new Set(inSources))
})

function headersIn(text: string): string[] {
  return Array.from(text.matchAll(/\bx-tollgate-[a-z-]*[a-z]/g), ([name]) => name)
}
