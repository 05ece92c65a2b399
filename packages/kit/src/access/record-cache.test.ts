import { describe, expect, it } from 'vitest'
import type { Directory } from '../directory/directory.ts'
import { staticDirectory } from '../directory/static-directory.ts'
import { recordCache } from './record-cache.ts'

const BROKEN = new Error('connect ECONNREFUSED 10.1.2.3:6379')

const throwing = () => {
  throw BROKEN
}
const rejecting = async () => throwing()

function cacheOver(records: object) {
  const directory = staticDirectory([])
  return recordCache({
    directory: { ...directory, records: { ...directory.records, ...records } as Directory['records'] },
  })
}

describe('records that cannot be read', () => {
  it.each([
    ['at once', { get: throwing, list: throwing }],
    ['in a while', { get: rejecting, list: rejecting }],
  ])('%s refuse as unavailable books do, and their own text stays inside', async (_, records) => {
    const cache = cacheOver(records)
    for (const ask of [() => cache.one('team', 'acme', 'red'), () => cache.all('tier', 'acme')]) {
      const fault = await Promise.try(ask).catch((error: unknown) => error)
      expect(fault).toMatchObject({ code: 'ledger_unavailable', status: 503, cause: BROKEN })
      expect((fault as { publicMessage: string }).publicMessage).not.toContain('10.1.2.3')
    }
  })

  it('are asked for again the next time', async () => {
    const answers = [rejecting, async () => undefined]
    const cache = cacheOver({ get: () => answers.shift()!() })
    await expect(cache.one('team', 'acme', 'red')).rejects.toMatchObject({ code: 'ledger_unavailable' })
    expect(await cache.one('team', 'acme', 'red')).toBeUndefined()
  })
})
