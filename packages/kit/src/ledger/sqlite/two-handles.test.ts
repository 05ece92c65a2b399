import { StatementSync } from 'node:sqlite'
import { describe, expect, it, vi } from 'vitest'
import {
  freshPath,
  open,
  reserve,
  settle,
  standing,
  tamper,
} from '../../../../../test/support/sqlite-file.ts'
import { ORG, START_MS } from '../../conformance/ledger/bench.ts'

describe('two handles on one file', () => {
  it('see each other’s commands at once', async () => {
    const path = freshPath()
    const [here, there] = [open(path), open(path)]
    await reserve(here, 'a', 600_000_000)
    expect(await reserve(there, 'b', 600_000_000)).toMatchObject({
      status: 'denied',
      shortfall: { reason: 'reserved', reserved: 600_000_000 },
    })
    expect(await settle(there, 'a', 100_000_000)).toMatchObject({ status: 'settled' })
    expect(await reserve(here, 'b', 600_000_000)).toMatchObject({ status: 'ok' })
    expect(await here.release(ORG, 'a')).toEqual({ status: 'conflict' })
    await there.provision(ORG, 'user:ada', [])
    expect(here.smallestLimits(ORG, ['user:ada'])).toEqual({ usd: 1_000_000_000 })
    expect(await reserve(here, 'c', 600_000_000)).toMatchObject({ status: 'ok' })
    expect(here.smallestLimits(ORG, ['user:ada'])).toEqual({})
    expect(await standing(here)).toEqual(await standing(there))
    await Promise.all([here.close(), there.close()])
  })

  it('admit together what one alone would have admitted', async () => {
    const path = freshPath()
    const handles = [open(path), open(path), open(path)]
    const replies = await Promise.all(
      Array.from({ length: 900 }, (_, at) => reserve(handles[at % 3]!, `r${at}`)),
    )
    expect(replies.filter(({ status }) => status === 'ok').length).toBe(10)
    for (const handle of handles) expect(await standing(handle)).toEqual([0, 1_000_000_000])
    await Promise.all(handles.map((handle) => handle.close()))
  })

  it('pass neither limit together while they differ about an account’s budgets', async () => {
    const path = freshPath()
    const clock = { nowMs: START_MS }
    const opened = (period: 'daily' | 'weekly') =>
      open(path, { clock: { now: () => clock.nowMs }, budgets: [{ per: 'user', limit_usd: '5.00', period }] })
    const [daily, weekly] = [opened('daily'), opened('weekly')]
    const admitted = async (round: string) => {
      let count = 0
      for (let at = 0; at < 40; at++) {
        const [here, there] = at % 2 === 0 ? [daily, weekly] : [weekly, daily]
        const { status } = await reserve(here, `${round}-${at}`, 1_000_000_000)
        if (status !== 'ok') continue
        count += 1
        if (at % 3 > 0) await settle(there, `${round}-${at}`, 1_000_000_000)
      }
      return count
    }
    expect(await admitted('Wednesday')).toBe(5)
    clock.nowMs += 86_400_000
    // The day is a new one, the week is spent: only the process that has daily budgets admits anything.
    expect((await reserve(weekly, 'weekly', 1)).status).toBe('denied')
    expect(await admitted('Thursday')).toBe(5)
    expect(await standing(daily)).toEqual(await standing(weekly))
    const [state] = await weekly.read(ORG, ['user:ada'])
    expect(state!.budgets).toMatchObject([{ budget: 'usd-week', remaining: -5_000_000_000 }])
    await Promise.all([daily.close(), weekly.close()])
  })

  it('keep what they remember when somebody else writes to other tables of the file, and only then', async () => {
    const path = freshPath()
    const [here, there] = [open(path), open(path)]
    const readsOf = async (id: string) => {
      const get = vi.spyOn(StatementSync.prototype, 'get')
      expect(await reserve(here, id, 1)).toMatchObject({ status: 'ok' })
      const reads = get.mock.calls.length
      get.mockRestore()
      return reads
    }
    await reserve(here, 'a', 1)
    const remembered = await readsOf('b')
    tamper(path, 'CREATE TABLE audit (line TEXT) STRICT')
    expect(await readsOf('c')).toBe(remembered)
    await reserve(there, 'd', 1)
    expect(await readsOf('e')).toBeGreaterThan(remembered)
    await Promise.all([here.close(), there.close()])
  })
})
