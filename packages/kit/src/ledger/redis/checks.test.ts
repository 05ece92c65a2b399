import { describe, expect, it } from 'vitest'
import { findingsOn } from './checks.ts'
import type { ServerFacts, Settings } from './server-facts.ts'

const SETTINGS: Settings = { fsync: 'everysec', minReplicas: 0, maxLagSeconds: 10 }

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

/** A cent a second. */
const RATE = { nanoUsdPerSecond: 10_000_000 }

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

  it('say what it is worth, in dollars', () => {
    expect(text({ aof: false })).toContain('3600 s ago, $36.00 at today')
    expect(text({ settings: { ...SETTINGS, fsync: 'no' } })).toContain('$0.30 at today')
    expect(text({ replicas: 2 })).toContain('$0.30 at today')
  })
})
