import { issueKey, keyHasher, staticDirectory } from '@tollgate/kit/directory'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyById } from './key-by-id.ts'

const hasher = keyHasher('a master key of thirty-two bytes or more')

const digit = fc.constantFrom(...'-._0aZz')
const id = fc
  .tuple(fc.constantFrom(...'09AZaz'), fc.string({ unit: digit, maxLength: 63 }))
  .map((parts) => parts.join(''))

it('finds each key by its id, and nothing by another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(id, { maxLength: 12 }), id, async (ids, asked) => {
      const directory = staticDirectory(ids.map((id) => issueKey({ hasher, id, org: 'acme' }).record))
      expect((await keyById(directory, asked))?.id).toBe(ids.includes(asked) ? asked : undefined)
      for (const known of ids) expect((await keyById(directory, known))?.id).toBe(known)
    }),
    { numRuns: 200 },
  )
})
