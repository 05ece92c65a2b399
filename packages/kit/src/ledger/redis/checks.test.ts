import { describe, expect, it } from 'vitest'
import { findingsOn } from './checks.ts'
import type { ServerFacts, Settings } from './server-facts.ts'

const SETTINGS: Settings = { fsync: 'everysec', save: '3600 1 300 100', minReplicas: 0, maxLagSeconds: 10 }

const SAFE: ServerFacts = {
  name: 'port 6379',
  version: '7.0.15',
  role: 'master',
  evictionPolicy: 'noeviction',
  aof: true,
  replicas: 0,
  replicationBytesPerSecond: 0,
  backlogBytes: 2 ** 20,
  usedBytes: 2 ** 30,
  machineBytes: 2 ** 33,
  sinceSaveMs: 3_600_000,
  clockAheadMs: 20,
  settings: SETTINGS,
}

/** A cent a second, for a thousand seconds by now. */
const RATE = { nanoUsdPerSecond: 10_000_000, nanoUsdToday: 10_000_000_000 }

const found = (facts: Partial<ServerFacts>) =>
  findingsOn({ ...SAFE, ...facts }, RATE).map(({ check, level }) => `${level} ${check}`)

const text = (facts: Partial<ServerFacts>) => findingsOn({ ...SAFE, ...facts }, RATE)[0]!.text

describe('the checks of a server', () => {
  it('find nothing on one that is set up well', () => {
    expect(found({})).toEqual([])
    expect(found({ version: '8.4.0' })).toEqual([])
    expect(found({ replicas: 2, settings: { ...SETTINGS, minReplicas: 1 } })).toEqual([])
  })

  it.each<[string, Partial<ServerFacts>]>([
    ['refuse version', { version: '6.2.14' }],
    ['refuse role', { role: 'slave' }],
    ['refuse eviction', { evictionPolicy: 'allkeys-lru' }],
    ['warn eviction', { evictionPolicy: 'volatile-ttl' }],
    ['warn persistence', { aof: false }],
    ['warn persistence', { aof: false, settings: { ...SETTINGS, save: '' } }],
    ['warn fsync', { settings: { ...SETTINGS, fsync: 'no' } }],
    ['warn replicas', { replicas: 2 }],
    ['warn replicas', { replicas: 3, settings: { ...SETTINGS, minReplicas: 1, maxLagSeconds: 60 } }],
    ['warn replicas', { replicas: 1 }],
    ['warn replicas', { replicas: 1, settings: { ...SETTINGS, minReplicas: 1 } }],
    ['warn rewrite', { usedBytes: 5 * 2 ** 30 }],
    ['warn clock', { clockAheadMs: -6000 }],
    ['ask settings', { settings: undefined }],
  ])('%s: %o', (finding, facts) => {
    expect(found(facts)).toEqual([finding])
  })

  it('warn of a backlog that a replica would outlive, and of none that it would not', () => {
    const settings = { ...SETTINGS, minReplicas: 1 }
    const replicationBytesPerSecond = 2100 * 1000
    expect(found({ replicas: 2, settings, replicationBytesPerSecond })).toEqual(['warn backlog'])
    expect(found({ replicas: 2, settings, replicationBytesPerSecond, backlogBytes: 2 ** 27 })).toEqual([])
  })

  it('say of a server that writes nothing at all what a restart forgets, and speak of no snapshot', () => {
    const never = { aof: false, settings: { ...SETTINGS, save: '' } }
    expect(text(never)).toBe(
      'Nothing is written to the disk: a restart forgets the books of every org. Everybody is then refused until they are opened anew, and what was charged, $10.00 today, may be spent again. Set appendonly yes, appendfsync everysec.',
    )
    expect(text({ ...never, replicas: 2 })).toContain(
      'a restart forgets, and makes every replica forget, the',
    )
    // Where a service hides its settings, the last snapshot is all that is known.
    expect(text({ aof: false, settings: undefined })).toContain('since the last snapshot')
  })

  const settings = (changed: Partial<Settings>) => ({ settings: { ...SETTINGS, ...changed } })

  it.each<[string, Partial<ServerFacts>]>([
    ['$10.00 of it today', { evictionPolicy: 'allkeys-lru' }],
    ["those of $6.00 at today's rate, which may then be charged twice", { evictionPolicy: 'volatile-lru' }],
    ["3600 s ago, $36.00 at today's rate", { aof: false }],
    ["$0.30 at today's rate", settings({ fsync: 'no' })],
    ["about $0.30 at today's rate", { replicas: 2 }],
    ["about $0.30 at today's rate may be admitted twice", { replicas: 1 }],
    ["waits in the gateways, $0.60 at today's rate each minute", settings({ minReplicas: 1 })],
    [
      "what it had missed, $0.60 at today's rate each minute",
      { replicas: 2, ...settings({ minReplicas: 1 }), replicationBytesPerSecond: 2_000_000 },
    ],
    ['no money is lost by that', { usedBytes: 5 * 2 ** 30 }],
    ["$0.06 at today's rate counts in another window", { clockAheadMs: -6000 }],
    ["forgets $0.30 at today's rate", { settings: undefined }],
  ])('say what it exposes, in dollars: %s', (exposed, facts) => {
    expect(text(facts)).toContain(exposed)
  })
})
