import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, vi } from 'vitest'
import { freshPath, open, reserve, settle, standing } from '../../../../../test/support/sqlite-file.ts'

describe('a commit that fails', () => {
  it('rejects all commands of its turn, and leaves the books as they were', async () => {
    const ledger = open(freshPath())
    await reserve(ledger, 'a')
    const { exec } = DatabaseSync.prototype
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      if (sql === 'COMMIT') throw new Error('disk full')
      exec.call(this, sql)
    })
    const replies = await Promise.allSettled([reserve(ledger, 'b'), settle(ledger, 'a', 5)])
    vi.restoreAllMocks()
    expect(replies.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await standing(ledger)).toEqual([0, 100_000_000])
    expect(await reserve(ledger, 'b')).toMatchObject({ status: 'ok', repeat: false })
    expect(await settle(ledger, 'a', 5)).toMatchObject({ status: 'settled' })
    await ledger.close()
  })

  it('may have happened all the same: the same commands again change nothing', async () => {
    const ledger = open(freshPath())
    const { exec } = DatabaseSync.prototype
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      exec.call(this, sql)
      if (sql === 'COMMIT') throw new Error('the answer was lost')
    })
    const first = await Promise.allSettled([
      reserve(ledger, 'a'),
      settle(ledger, 'a', 5),
      reserve(ledger, 'b'),
    ])
    vi.restoreAllMocks()
    expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await settle(ledger, 'a', 5)).toMatchObject({ status: 'repeat' })
    expect(await reserve(ledger, 'b')).toMatchObject({ status: 'ok', repeat: true })
    expect(await standing(ledger)).toEqual([5, 100_000_000])
    await ledger.close()
  })
})
