import { describe, expect, it } from 'vitest'
import type { Timers } from '../core/timers.ts'
import { type ReservationKeeperOptions, reservationKeeper } from './keeper.ts'
import type { Amounts, ExpiredReservation, Heartbeat, HeartbeatResult, Ledger } from './ledger.ts'

const seen = (usd: number): Amounts => ({ usd, tokens: 0, requests: 0 }) as Amounts

/** Timers that run when told to, the earliest first. */
function handTimers() {
  const waiting: { callback: () => void; delayMs: number }[] = []
  const timers: Timers = {
    setTimeout(callback, delayMs) {
      const timer = { callback, delayMs }
      waiting.push(timer)
      return timer
    },
    clearTimeout(handle) {
      waiting.splice(waiting.indexOf(handle as (typeof waiting)[number]), 1)
    },
  }
  async function run(delayMs: number): Promise<void> {
    const at = waiting.findIndex((timer) => timer.delayMs === delayMs)
    if (at < 0) throw new Error(`nothing waits for ${delayMs} ms`)
    waiting.splice(at, 1)[0]!.callback()
    await settled()
  }
  return { timers, run, delays: () => waiting.map(({ delayMs }) => delayMs).sort((a, b) => a - b) }
}

/** Let every promise that can settle do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

interface Script {
  readonly orgs: string[]
  readonly beats: (readonly Heartbeat[])[]
  readonly ttlsMs: number[]
  readonly limits: number[]
  heartbeat: (org: string) => Promise<HeartbeatResult>
  expire: () => Promise<readonly ExpiredReservation[]>
}

function bench(options: Partial<ReservationKeeperOptions> = {}) {
  const hand = handTimers()
  const faults: unknown[] = []
  const script: Script = {
    orgs: [],
    beats: [],
    ttlsMs: [],
    limits: [],
    heartbeat: async () => ({ notOpen: [], revived: [] }),
    expire: async () => [],
  }
  const ledger = {
    heartbeat(org, beats, ttlMs) {
      script.orgs.push(org)
      script.beats.push(beats)
      script.ttlsMs.push(ttlMs)
      return script.heartbeat(org)
    },
    expire(limit) {
      script.limits.push(limit!)
      return script.expire()
    },
  } as Partial<Ledger> as Ledger
  const keeper = reservationKeeper({
    ledger,
    timers: hand.timers,
    random: () => 0.25,
    onFault: (error) => faults.push(error),
    ...options,
  })
  return { keeper, script, faults, ...hand }
}

const BEAT_MS = 1000
const REAP_MS = 750

describe('the keeper', () => {
  it('gives each reservation the life it was made with', async () => {
    const { keeper, script, run } = bench()
    keeper.track('acme', 'a', () => seen(1), 5_000)
    keeper.track('acme', 'b', () => seen(2))
    keeper.track('acme', 'c', () => seen(3), 5_000)
    await run(BEAT_MS)
    expect(script.beats.map((beats) => beats.map(({ id }) => id))).toEqual([['a', 'c'], ['b']])
    expect(script.ttlsMs).toEqual([5_000, 120_000])
  })

  it('sends one heartbeat for all that is open, with what each has been seen to cost', async () => {
    const { keeper, script, run } = bench()
    keeper.track('acme', 'a', () => seen(1))
    keeper.track('acme', 'b', async () => seen(2))
    keeper.track('acme', 'c', () => seen(3))
    keeper.untrack('acme', 'c')
    await run(BEAT_MS)
    await run(BEAT_MS)
    const beats = [
      { id: 'a', observed: seen(1) },
      { id: 'b', observed: seen(2) },
    ]
    expect(script.beats).toEqual([beats, beats])
  })

  it('sends one for each org, and tells those of one apart from those of another by more than their ids', async () => {
    const { keeper, script, faults, run } = bench()
    const fault = new Error('acme is out of reach')
    script.heartbeat = async (org) => {
      if (org === 'acme') throw fault
      return { notOpen: ['a'], revived: [] }
    }
    keeper.track('acme', 'a', () => seen(1))
    keeper.track('globex', 'a', () => seen(2))
    keeper.track('globex', 'b', () => seen(3))
    keeper.untrack('acme', 'b')
    await run(BEAT_MS)
    await run(BEAT_MS)
    const sent = script.orgs.map((org, at) => [org, script.beats[at]!.map(({ id }) => id)])
    expect(sent).toEqual([
      ['acme', ['a']],
      ['globex', ['a', 'b']],
      ['acme', ['a']],
      ['globex', ['b']],
    ])
    expect(faults).toEqual([fault, fault])
  })

  it('sends none when nothing is open', async () => {
    const { script, run } = bench()
    await run(BEAT_MS)
    expect(script.beats).toEqual([])
  })

  it('lets go of what somebody else has ended', async () => {
    const { keeper, script, run } = bench()
    script.heartbeat = async () => ({ notOpen: ['a'], revived: ['b'] })
    keeper.track('acme', 'a', () => seen(1))
    keeper.track('acme', 'b', () => seen(2))
    await run(BEAT_MS)
    await run(BEAT_MS)
    expect(script.beats.map((beats) => beats.map(({ id }) => id))).toEqual([['a', 'b'], ['b']])
  })

  it('does not send what was ended while it was being observed', async () => {
    const { keeper, script, run } = bench()
    keeper.track('acme', 'a', () => {
      keeper.untrack('acme', 'a')
      return seen(1)
    })
    keeper.track('acme', 'b', () => seen(2))
    await run(BEAT_MS)
    expect(script.beats).toEqual([[{ id: 'b', observed: seen(2) }]])
  })

  it('keeps a reservation alive whose observer fails', async () => {
    const { keeper, script, faults, run } = bench()
    const fault = new Error('no tokenizer')
    keeper.track('acme', 'a', () => {
      throw fault
    })
    keeper.track('acme', 'b', () => Promise.reject(fault))
    await run(BEAT_MS)
    expect(script.beats).toEqual([
      [
        { id: 'a', observed: seen(0) },
        { id: 'b', observed: seen(0) },
      ],
    ])
    expect(faults).toEqual([fault, fault])
  })

  it('goes on when the ledger fails', async () => {
    const { keeper, script, faults, run } = bench()
    const fault = new Error('disk full')
    script.heartbeat = () => Promise.reject(fault)
    script.expire = () => Promise.reject(fault)
    keeper.track('acme', 'a', () => seen(1))
    await run(BEAT_MS)
    await run(REAP_MS)
    expect(faults).toEqual([fault, fault])
    await run(BEAT_MS)
    await run(REAP_MS)
    expect([script.beats.length, script.limits.length]).toEqual([2, 2])
  })

  it('does not ask a slow ledger twice at once', async () => {
    const { keeper, script, run, delays } = bench()
    let answer: (result: HeartbeatResult) => void = () => {}
    script.heartbeat = () => new Promise((resolve) => (answer = resolve))
    keeper.track('acme', 'a', () => seen(1))
    await run(BEAT_MS)
    expect(delays()).toEqual([REAP_MS])
    answer({ notOpen: [], revived: [] })
    await settled()
    expect(delays()).toEqual([REAP_MS, BEAT_MS])
  })

  it('tells every listener of each reservation that it expired, bite after bite', async () => {
    const told: string[] = []
    const { keeper, script, faults, run } = bench({ onExpired: ({ id }) => told.push(`option ${id}`) })
    const fault = new Error('listener')
    const stop = keeper.onExpired(({ id }) => {
      told.push(`listener ${id}`)
      throw fault
    })
    const record = (id: string) => ({ id }) as ExpiredReservation
    const bites = [Array.from({ length: 100 }, () => record('x')), [record('last')]]
    script.expire = async () => bites.shift() ?? []
    await run(REAP_MS)
    expect(script.limits).toEqual([100, 100])
    expect(told.slice(-2)).toEqual(['option last', 'listener last'])
    expect([told.length, faults.length]).toEqual([202, 101])
    stop()
    bites.push([record('later')])
    await run(REAP_MS)
    expect(told.at(-1)).toBe('option later')
  })

  it('stops when what is under way has ended', async () => {
    const { keeper, script, run, delays } = bench()
    let answer: (result: HeartbeatResult) => void = () => {}
    script.heartbeat = () => new Promise((resolve) => (answer = resolve))
    keeper.track('acme', 'a', () => seen(1))
    await run(BEAT_MS)
    let stopped = false
    const stopping = keeper.stop().then(() => (stopped = true))
    await settled()
    expect(stopped).toBe(false)
    answer({ notOpen: [], revived: [] })
    await stopping
    expect(delays()).toEqual([])
  })

  it('is somebody else after every boot', () => {
    const owners = [bench().keeper.owner, bench().keeper.owner]
    expect(new Set(owners).size).toBe(2)
    expect(bench({ owner: 'me' }).keeper.owner).toBe('me')
  })
})
