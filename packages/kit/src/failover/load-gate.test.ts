import { describe, expect, it } from 'vitest'
import { loadGate } from './load-gate.ts'

function gate(limits: Partial<Parameters<typeof loadGate>[0]> = {}) {
  const callbacks = new Set<() => void>()
  const timers = {
    setTimeout(callback: () => void) {
      callbacks.add(callback)
      return callback
    },
    clearTimeout: (handle: unknown) => void callbacks.delete(handle as () => void),
  }
  const tested = loadGate({ concurrent: 1, queuedBytes: 100, ...limits }, timers)
  return {
    tested,
    callbacks,
    timeOut: () => {
      for (const callback of [...callbacks]) callback()
    },
  }
}

const waiting = (priority = 0, bytes = 10) => ({ priority, bytes })

describe('a bound on what runs', () => {
  it('lets so many in, and no more', () => {
    const { tested } = gate({ concurrent: 2 })
    expect([tested.enter(), tested.enter(), tested.enter()]).toEqual([true, true, false])
    expect(tested.full).toBe(true)
    tested.leave()
    expect([tested.full, tested.enter()]).toEqual([false, true])
  })

  it('hands a place on to whoever waits: the highest priority, then the first', async () => {
    const { tested, callbacks } = gate()
    tested.enter()
    const order: string[] = []
    const wait = (name: string, priority: number) =>
      tested.wait(waiting(priority)).then((room) => room && order.push(name))
    const all = [wait('low', 0), wait('high', 2), wait('high too', 2), wait('middle', 1)]
    for (let place = 0; place < 4; place += 1) {
      tested.leave()
      expect(tested.running).toBe(1)
    }
    await Promise.all(all)
    expect(order).toEqual(['high', 'high too', 'middle', 'low'])
    tested.leave()
    expect([tested.running, tested.queuedBytes, callbacks.size]).toEqual([0, 0, 0])
  })

  it('refuses at once what does not fit the queue', async () => {
    const { tested } = gate({ queuedBytes: 15 })
    tested.enter()
    const first = tested.wait(waiting())
    expect(await tested.wait(waiting())).toBe(false)
    tested.leave()
    expect(await first).toBe(true)
  })

  it('lets nobody wait longer than it is told, and forgets them', async () => {
    const { tested, timeOut } = gate()
    tested.enter()
    const late = tested.wait(waiting())
    timeOut()
    expect(await late).toBe(false)
    expect(tested.queuedBytes).toBe(0)
    tested.leave()
    expect(tested.running).toBe(0)
  })

  it('keeps no place for whoever has left', async () => {
    const { tested, callbacks } = gate()
    tested.enter()
    const client = new AbortController()
    const left = tested.wait({ ...waiting(), signal: client.signal })
    client.abort()
    expect(await left).toBe(false)
    expect(callbacks.size).toBe(0)
    expect(await tested.wait({ ...waiting(), signal: client.signal })).toBe(false)
  })
})
