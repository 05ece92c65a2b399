import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { spoolPlace, straySpools } from './spool-place.ts'

const at = (port: number, prefix = 'tg') => ({
  kind: 'redis' as const,
  target: `redis://127.0.0.1:${port}`,
  prefix,
  shown: `redis://127.0.0.1:${port}/0`,
})

it('is another for each address and prefix', () => {
  const places = [at(1), at(2), at(1, 'other')].map((store) => spoolPlace({ spool: '/spool' }, store))
  expect(new Set(places).size).toBe(3)
  expect(spoolPlace({ spool: '/spool' }, at(1))).toBe(places[0])
})

it('knows of what waits for books at another address', () => {
  const spool = mkdtempSync(join(tmpdir(), 'tollgate-spool-'))
  onTestFinished(() => rmSync(spool, { recursive: true }))
  const [ours, theirs, empty] = [at(1), at(2), at(3)].map((store) => spoolPlace({ spool }, store)) as [
    string,
    string,
    string,
  ]
  expect(straySpools(join(spool, 'nowhere', 'yet'))).toEqual([])
  for (const folder of [ours, theirs, empty]) mkdirSync(folder)
  for (const folder of [ours, theirs]) writeFileSync(join(folder, 'a.spool-1'), '')
  expect(straySpools(ours)).toEqual([expect.stringContaining(`${theirs} keeps how calls ended`)])
  expect(straySpools(theirs)[0]).toContain(`move its files into ${theirs}`)
})
