import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Amounts } from './ledger.ts'
import { openSpoolFolder, type SpoolFolder } from './spool-folder.ts'
import type { Closing } from './spool-line.ts'

let home = ''
let path = ''
let faults: string[] = []
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tollgate-spool-'))
  path = join(home, 'spool')
  faults = []
})
afterEach(() => rmSync(home, { recursive: true }))

const closing = (id: string, usd = 5): Closing => ({
  org: 'acme',
  id,
  settled: { actual: { usd, tokens: 1, requests: 1 } as Amounts, basis: 'exact' },
  atMs: 1_000,
})

const open = (maxBytes = 2 ** 28): SpoolFolder =>
  openSpoolFolder(path, { maxBytes, onFault: (sentence) => faults.push(sentence) })

const files = () => readdirSync(path).map((name) => join(path, name))
const onlyFile = () => {
  const all = files()
  expect(all).toHaveLength(1)
  return all[0]!
}

/** Everything that a folder has still to tell, by id. */
function rest(folder: SpoolFolder): string[] {
  const ids: string[] = []
  for (let slip = folder.next(); slip; slip = folder.next()) ids.push(slip.closing.id)
  return ids
}

const NOW = { forLater: false }
const LATER = { forLater: true }

describe('a spool on file', () => {
  it('is for its owner alone, and says what the books need and no more', () => {
    open().keep(closing('a'), NOW)
    expect(statSync(path).mode & 0o777).toBe(0o700)
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600)
    expect(readFileSync(onlyFile(), 'utf8')).toMatch(
      /^[0-9a-f]{8} \{"kept":1,"closing":\{"org":"acme","id":"a","settled":\{"actual":\{"usd":5,"tokens":1,"requests":1\},"basis":"exact"\},"atMs":1000\}\}\n$/,
    )
  })

  it('has a file only while something waits', () => {
    const folder = open()
    expect(files()).toEqual([])
    const [a, b] = [folder.keep(closing('a'), NOW)!, folder.keep(closing('b'), NOW)!]
    a.taken()
    expect(files()).toHaveLength(1)
    b.taken()
    expect(files()).toEqual([])
    folder.keep(closing('c'), NOW)
    expect(files()).toHaveLength(1)
  })

  it('is read by the next process, but for what the books have taken', () => {
    const before = open()
    const slips = ['a', 'b', 'c', 'd'].map((id) => before.keep(closing(id), NOW)!)
    slips[1]!.taken()
    const after = open()
    expect(after.unread()).toBe(3)
    const found = [after.next()!, after.next()!, after.next()!]
    expect(found.map((slip) => slip.closing)).toEqual(['a', 'c', 'd'].map((id) => closing(id)))
    expect(after.next()).toBeUndefined()
    found[0]!.taken()
    expect(rest(open())).toEqual(['c', 'd'])
    found[1]!.taken()
    found[2]!.taken()
    expect(files()).toEqual([])
  })

  it('reads names of every script, and more than fits in one bite of the file', () => {
    const before = open()
    const ids = Array.from({ length: 2_000 }, (_, at) => `Größe "${at}"\n💰`)
    for (const id of ids) before.keep(closing(id), NOW)
    expect(rest(open())).toEqual(ids)
  })

  it.each([2, 20, 100])('ignores a last line that lacks %i bytes, and reads all before it', (bytes) => {
    const before = open()
    for (const id of ['a', 'b', 'c']) before.keep(closing(id), NOW)
    truncateSync(onlyFile(), statSync(onlyFile()).size - bytes)
    const after = open()
    const found = [after.next()!, after.next()!]
    expect(after.next()).toBeUndefined()
    expect(faults).toEqual([])
    // What is marked as taken behind the torn line is marked all the same.
    found[0]!.taken()
    expect(rest(open())).toEqual(['b'])
  })

  it('passes over a line in the middle that was changed, and says so', () => {
    const before = open()
    for (const id of ['a', 'b', 'c']) before.keep(closing(id), NOW)
    const text = readFileSync(onlyFile(), 'utf8')
    writeFileSync(onlyFile(), text.replace('"id":"b"', '"id":"x"'))
    expect(rest(open())).toEqual(['a', 'c'])
    expect(faults).toEqual([expect.stringContaining(': 1 of its lines')])
  })

  it('passes over what is no file of lines at all', () => {
    open().keep(closing('a'), NOW)
    writeFileSync(join(path, 'noise.spool-1'), Buffer.alloc(200_000, 'x'))
    writeFileSync(join(path, 'empty.spool-1'), '')
    writeFileSync(join(path, 'somebody-elses.txt'), 'not ours')
    const after = open()
    expect(rest(after)).toEqual(['a'])
    expect(readFileSync(join(path, 'somebody-elses.txt'), 'utf8')).toBe('not ours')
  })

  it('tells nothing that no ledger would take, whatever its checksum', () => {
    open().keep({ ...closing('a'), org: '' }, NOW)
    expect(rest(open())).toEqual([])
    expect(faults).toHaveLength(1)
  })

  it('gives back later what is kept for later, in its order', () => {
    const folder = open()
    const now = folder.keep(closing('now'), NOW)!
    folder.keep(closing('a'), LATER)
    now.taken()
    folder.keep(closing('b'), LATER)
    expect(folder.unread()).toBe(2)
    expect([folder.next()!.closing.id, folder.unread()]).toEqual(['a', 1])
    folder.keep(closing('c'), LATER)
    expect(rest(folder)).toEqual(['b', 'c'])
    folder.keep(closing('in memory'), NOW)
    folder.keep(closing('d'), LATER)
    expect(rest(folder)).toEqual(['d'])
    expect(rest(open())).toEqual(['a', 'b', 'c', 'in memory', 'd'])
  })

  it('loses nothing that is for later when something is kept meanwhile that is not', () => {
    const folder = open()
    folder.keep(closing('a'), LATER)
    folder.keep(closing('b'), NOW)
    expect(folder.next()!.closing.id).toBe('a')
  })

  it('begins a new file before one gets long, and reads them in their order', () => {
    const folder = open()
    const long = 'x'.repeat(500)
    const ids = Array.from({ length: 9_000 }, (_, at) => `${long}${at}`)
    const slips = ids.map((id) => folder.keep(closing(id), NOW)!)
    expect(files().length).toBeGreaterThan(1)
    expect(rest(open())).toEqual(ids)
    for (const slip of slips) slip.taken()
    expect(files()).toEqual([])
  })

  it('takes up no more of the disk than it may', () => {
    const folder = open(12 * 2 ** 20)
    const long = 'x'.repeat(500)
    let kept = 0
    while (folder.keep(closing(`${long}${kept}`), NOW)) kept += 1
    const bytes = files().reduce((sum, file) => sum + statSync(file).size, 0)
    expect(bytes).toBeGreaterThan(8 * 2 ** 20)
    expect(bytes).toBeLessThanOrEqual(12 * 2 ** 20)
  })

  it('refuses a folder that it cannot make', () => {
    writeFileSync(path, 'a file')
    expect(() => open()).toThrow('EEXIST')
  })

  it.runIf(process.getuid?.() !== 0)('refuses a folder that it cannot write to', () => {
    open().close()
    chmodSync(path, 0o500)
    expect(() => open()).toThrow('EACCES')
  })
})

describe('several processes on one folder', () => {
  it('each write files of their own', () => {
    const [one, two] = [open(), open()]
    one.keep(closing('a'), NOW)
    two.keep(closing('b'), NOW)
    expect(files()).toHaveLength(2)
  })

  it('a living owner whose file was told and removed by another begins a new one', () => {
    const owner = open()
    const a = owner.keep(closing('a'), NOW)!
    open().next()!.taken()
    expect(files()).toEqual([])
    owner.keep(closing('b'), NOW)
    a.taken()
    expect(rest(open())).toEqual(['b'])
  })

  it('what an owner adds after its file was taken on is told too', () => {
    const owner = open()
    owner.keep(closing('a'), NOW)
    const other = open()
    const a = other.next()!
    owner.keep(closing('b'), NOW)
    a.taken()
    expect(files()).toHaveLength(1)
    expect(other.unread()).toBe(1)
    expect(rest(other)).toEqual(['b'])
  })

  it('what waits in a file that another has removed is not lost to its owner', () => {
    const owner = open()
    owner.keep(closing('a'), LATER)
    const other = open()
    other.next()!.taken()
    expect(files()).toEqual([])
    expect(rest(owner)).toEqual(['a'])
  })

  it('a file of another layout waits for the Tollgate that wrote it', () => {
    open().close()
    appendFileSync(join(path, 'later.spool-2'), 'something else')
    expect(rest(open())).toEqual([])
    expect(faults).toEqual([])
    expect(files()).toHaveLength(1)
  })
})
