import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auditRecord as record } from '../../../../test/support/audit-record.ts'
import type { Timers } from '../core/timers.ts'
import { sinkQueue } from './queue.ts'
import type { AuditRecord } from './record.ts'
import type { AuditSink } from './sink.ts'

/** Timers that a test fires: the one that is due first, and whatever that leads to. */
function manualTimers() {
  const set = new Map<object, { readonly callback: () => void; readonly delayMs: number }>()
  const timers: Timers = {
    setTimeout(callback, delayMs) {
      const handle = {}
      set.set(handle, { callback, delayMs })
      return handle
    },
    clearTimeout: (handle) => void set.delete(handle as object),
  }
  return {
    timers,
    delays: () => [...set.values()].map(({ delayMs }) => delayMs),
    async fire() {
      const [next] = [...set].sort(([, a], [, b]) => a.delayMs - b.delayMs)
      if (!next) return
      set.delete(next[0])
      next[1].callback()
      await settled()
    },
  }
}

/** All promises that can go on without a timer have gone on. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

function sinkOf(write: AuditSink['write']) {
  const batches: (readonly AuditRecord[])[] = []
  const sink: AuditSink = {
    name: 'test',
    write(records) {
      batches.push(records)
      return write(records)
    },
  }
  return { sink, batches }
}

const never = () => new Promise<void>(() => {})
const some = (count: number) => Array.from({ length: count }, () => record())

describe('a queue before a sink', () => {
  it('gathers records for a moment, and writes them together and in order', async () => {
    const { timers, delays, fire } = manualTimers()
    const { sink, batches } = sinkOf(() => {})
    const queue = sinkQueue(sink, { timers })
    const records = some(3)
    for (const each of records) queue.push(each)
    expect([batches, delays()]).toEqual([[], [100]])
    await fire()
    expect(batches).toEqual([records])
    expect(delays()).toEqual([])
    expect(queue.standing()).toEqual({ sink: 'test', written: 3, queued: 0, dropped: 0, failures: 0 })
  })

  it('never calls the sink while a record is pushed, and does not wait once a batch is full', async () => {
    const { timers, delays, fire } = manualTimers()
    const { sink, batches } = sinkOf(() => {})
    const queue = sinkQueue(sink, { timers })
    for (const each of some(300)) queue.push(each)
    expect([batches, delays()]).toEqual([[], [0]])
    await fire()
    await fire()
    expect(delays()).toEqual([100])
    await fire()
    expect(batches.map((batch) => batch.length)).toEqual([128, 128, 44])
  })

  it('gives a batch that failed again, whole, later and later, and says so once', async () => {
    const { timers, delays, fire } = manualTimers()
    const faults: string[] = []
    let failing = true
    const { sink, batches } = sinkOf(async () => {
      if (failing) throw new Error('disk full')
    })
    const queue = sinkQueue(sink, { timers, onFault: (sentence) => faults.push(sentence) })
    for (const each of some(2)) queue.push(each)
    const waited: number[] = []
    for (let round = 0; round < 8; round += 1) {
      await fire()
      waited.push(...delays())
    }
    expect(waited).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000])
    expect(faults).toEqual(['Audit sink test failed, and is tried again: Error: disk full'])
    expect(queue.standing()).toMatchObject({ written: 0, queued: 2, failures: 8 })
    failing = false
    await fire()
    expect(new Set(batches.map((batch) => batch.map(({ id }) => id).join())).size).toBe(1)
    expect(queue.standing()).toMatchObject({ written: 2, queued: 0, failures: 0 })
  })

  it('retries a sink that throws before it returns', async () => {
    const { timers, fire } = manualTimers()
    let thrown = 0
    const { sink } = sinkOf(() => {
      thrown += 1
      if (thrown === 1) throw new Error('busy')
    })
    const queue = sinkQueue(sink, { timers })
    queue.push(record())
    await fire()
    await fire()
    expect(queue.standing()).toMatchObject({ written: 1, queued: 0 })
  })

  it('drops and counts what comes while it is full, and says so once an overload', async () => {
    const { timers, fire } = manualTimers()
    const faults: string[] = []
    const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let asked = 0
    const { sink } = sinkOf(() => answers[asked++]?.promise)
    const queue = sinkQueue(sink, { maxQueued: 10, timers, onFault: (sentence) => faults.push(sentence) })
    for (const each of some(4)) queue.push(each)
    await fire()
    for (const each of some(20)) queue.push(each)
    expect(queue.standing()).toMatchObject({ written: 0, queued: 10, dropped: 14 })
    answers[0]!.resolve()
    await settled()
    for (const each of some(6)) queue.push(each)
    expect(queue.standing()).toMatchObject({ written: 4, queued: 10, dropped: 16 })
    expect(faults).toEqual(['The queue of audit sink test is full: records are dropped, and counted.'])
    await fire()
    answers[1]!.resolve()
    await settled()
    for (const each of some(11)) queue.push(each)
    expect(queue.standing()).toMatchObject({ written: 14, queued: 10, dropped: 17 })
    expect(faults).toHaveLength(2)
  })

  it('counts content as what it weighs', () => {
    const queue = sinkQueue(sinkOf(never).sink, { maxQueued: 10, timers: manualTimers().timers })
    const big = () => record({ content: 'x'.repeat(4 * 1024) })
    for (let count = 0; count < 3; count += 1) queue.push(big())
    expect(queue.standing()).toMatchObject({ queued: 2, dropped: 1 })
  })

  it('tries a batch again whose answer does not come', async () => {
    const { timers, fire } = manualTimers()
    const answers = [never(), Promise.resolve()]
    const { sink, batches } = sinkOf(() => answers.shift())
    const queue = sinkQueue(sink, { timers })
    queue.push(record())
    await fire()
    expect(queue.standing()).toMatchObject({ queued: 1, failures: 0 })
    await fire()
    expect(queue.standing()).toMatchObject({ queued: 1, failures: 1 })
    await fire()
    expect(batches).toHaveLength(2)
    expect(queue.standing()).toMatchObject({ written: 1, queued: 0, failures: 0 })
  })

  it('flushes what is there, without the wait for more, and without what comes after', async () => {
    const { timers, fire } = manualTimers()
    const answer = Promise.withResolvers<void>()
    const answers = [answer.promise, never()]
    const queue = sinkQueue(sinkOf(() => answers.shift()).sink, { timers })
    queue.push(record())
    const flushed = queue.flush(60_000)
    await fire()
    queue.push(record())
    answer.resolve()
    expect(await flushed).toBe(true)
    expect(queue.standing()).toMatchObject({ written: 1, queued: 1 })
  })

  it('has nothing to flush when nothing waits', async () => {
    expect(await sinkQueue(sinkOf(never).sink).flush(60_000)).toBe(true)
  })

  it('gives a flush up at its deadline', async () => {
    const queue = sinkQueue(sinkOf(never).sink)
    queue.push(record())
    expect(await queue.flush(1)).toBe(false)
  })

  it('keeps what it took, in order and at least once, through any failures', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 8 }),
        fc.infiniteStream(fc.boolean()),
        async (pushes, fails) => {
          const { timers, delays, fire } = manualTimers()
          const kept: AuditRecord[] = []
          const { sink } = sinkOf(async (records) => {
            const taken = fails.next().value ? records.slice(0, records.length >> 1) : records
            for (const each of taken) if (!kept.includes(each)) kept.push(each)
            if (taken.length < records.length) throw new Error('half of it')
          })
          const queue = sinkQueue(sink, { timers, maxQueued: 500 })
          const all: AuditRecord[] = []
          for (const count of pushes) {
            for (const each of some(count)) {
              const { dropped } = queue.standing()
              queue.push(each)
              if (queue.standing().dropped === dropped) all.push(each)
            }
            await fire()
          }
          while (delays().length > 0) await fire()
          expect(kept).toEqual(all)
          expect(queue.standing()).toMatchObject({ written: all.length, queued: 0 })
        },
      ),
      { numRuns: 25 },
    )
  })
})
