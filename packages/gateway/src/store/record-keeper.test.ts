import type { AuditRecord, AuditSink } from '@tollgate/kit/audit'
import { expect, it } from 'vitest'
import { auditRecord } from '../../../../test/support/audit-record.ts'
import { recordKeeper } from './record-keeper.ts'

/** A place that fails as often as it is told, once it has shown that it takes records. */
function place(name: string, failures: number) {
  const taken: AuditRecord[] = []
  let closed = 0
  let left = failures
  const sink: AuditSink = {
    name,
    async write(records) {
      if (records.length > 0 && left-- > 0) throw new Error('it is locked')
      taken.push(...records)
    },
    close: () => void closed++,
  }
  return { sink, taken, closed: () => closed }
}

function told() {
  const faults: string[] = []
  const waits: number[] = []
  const options = {
    onFault: (sentence: string) => void faults.push(sentence),
    wait: async (ms: number) => void waits.push(ms),
  }
  return { faults, waits, options }
}

const records = [auditRecord(), auditRecord()]

it('tries a place again that is busy, longer and longer apart, and no other', async () => {
  const [busy, free] = [place('busy', 3), place('free', 0)]
  const { faults, waits, options } = told()
  const keeper = await recordKeeper({ sinks: [busy.sink, free.sink], ...options })
  expect(await keeper.keep(records)).toEqual([])
  expect([busy.taken, free.taken]).toEqual([records, records])
  expect(faults).toEqual(Array(3).fill('busy is tried again: it is locked'))
  expect(waits).toEqual([200, 400, 800])
  await keeper.close()
  expect([busy.closed(), free.closed()]).toEqual([1, 1])
})

it('names a place that never takes them', async () => {
  const [dead, free] = [place('dead', Infinity), place('free', 0)]
  const { waits, options } = told()
  const keeper = await recordKeeper({ sinks: [dead.sink, free.sink], ...options })
  expect(await keeper.keep(records)).toEqual(['dead'])
  expect(free.taken).toEqual(records)
  expect(waits.reduce((sum, ms) => sum + ms)).toBe(10_000)
  expect(await keeper.keep([])).toEqual([])
})

it('finds a place that takes none before anything is done', async () => {
  const first = place('first', 0)
  const shut: AuditSink = {
    name: 'shut',
    async write() {
      throw new Error('EACCES')
    },
  }
  await expect(recordKeeper({ sinks: [first.sink, shut], ...told().options })).rejects.toThrow(
    'shut takes no records, so nothing was done: EACCES',
  )
  expect(first.closed()).toBe(1)
})
