import { expect, it } from 'vitest'
import { type Disk, diskFindings } from './disk.ts'

const MB = 2 ** 20
const roomy: Disk = { mode: 0o600, fileBytes: 5 * MB, logBytes: MB, freeBytes: 5000 * MB }

it.each<[string, Partial<Disk>, string, string]>([
  ['room enough', {}, 'note', 'The disk has 5000 MB free.'],
  ['a file that is not there yet', { mode: undefined }, 'note', 'The disk has 5000 MB free.'],
  ['little room', { freeBytes: 1023 * MB }, 'warn', 'The disk has 1023 MB free: when it is full'],
  ['no room', { freeBytes: 63 * MB }, 'refuse', 'The disk has 63 MB free: when it is full'],
  ['no room for a backup', { fileBytes: 6000 * MB }, 'warn', 'a backup of the file needs 6000 MB'],
])('%s', (_, disk, level, text) => {
  const found = diskFindings({ ...roomy, ...disk })
  expect(found).toMatchObject([{ check: 'space', level }])
  expect(found[0]!.text).toContain(text)
})

it('says who else may read the file, and that its log has grown', () => {
  const found = diskFindings({ ...roomy, mode: 0o644, logBytes: 300 * MB })
  expect(found).toMatchObject([
    { check: 'file', level: 'warn', text: expect.stringContaining('mode 644') },
    { check: 'log', level: 'warn', text: expect.stringContaining('The write-ahead log has 300 MB') },
    { check: 'space', level: 'note' },
  ])
})
