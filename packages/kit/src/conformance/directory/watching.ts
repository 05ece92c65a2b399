import assert from 'node:assert/strict'
import type { Changed } from '../../directory/directory.ts'
import { keyNamed, listener, otherSecret, type Section, START_MS } from './bench.ts'

const ADMIN = { by: 'admin' }
const RED = { kind: 'team', org: 'acme', id: 'red' } as const

const isKey = (changed: Changed | undefined, lookup: string) =>
  changed === undefined || (changed.kind === 'key' && changed.lookups.includes(lookup))
const isRed = (changed: Changed | undefined) =>
  changed === undefined || (changed.kind === 'team' && changed.org === 'acme' && changed.id === 'red')

export const WATCHING: Section = {
  async 'tells this process of its own changes before they are answered'({ here }) {
    const { told, hear } = listener()
    here.watch(hear)
    const key = keyNamed('demo')
    const secret = otherSecret(START_MS + 60_000)
    const changes: [() => Promise<unknown>, readonly string[]][] = [
      [() => here.createKey(key), [key.lookup]],
      [() => here.rotateKey('demo', secret), [key.lookup, secret.lookup]],
      [() => here.changeKey('demo', { team: 'red' }), [secret.lookup, key.lookup]],
      [() => here.revokeKey('demo'), [secret.lookup, key.lookup]],
    ]
    for (const [change, lookups] of changes) {
      told.length = 0
      await change()
      for (const lookup of lookups) assert.ok(told.some((changed) => isKey(changed, lookup)))
    }
    told.length = 0
    await here.records.put({ ...RED, value: {} }, ADMIN)
    assert.ok(told.some(isRed))
    told.length = 0
    await here.records.remove(RED, ADMIN)
    assert.ok(told.some(isRed))
  },

  async 'tells other processes of each change'({ here, there }) {
    const { told, hear, until } = listener()
    there.watch(hear)
    const key = keyNamed('demo')
    const secret = otherSecret(START_MS + 60_000)
    const changes: [() => Promise<unknown>, (changed: Changed | undefined) => boolean][] = [
      [() => here.createKey(key), (changed) => isKey(changed, key.lookup)],
      [() => here.rotateKey('demo', secret), (changed) => isKey(changed, key.lookup)],
      [() => here.changeKey('demo', { team: 'red' }), (changed) => isKey(changed, secret.lookup)],
      [() => here.revokeKey('demo'), (changed) => isKey(changed, key.lookup)],
      [() => here.records.put({ ...RED, value: {} }, ADMIN), isRed],
      [() => here.records.put({ ...RED, value: { label: 'a' } }, ADMIN), isRed],
      [() => here.records.remove(RED, ADMIN), isRed],
    ]
    for (const [change, met] of changes) {
      told.length = 0
      await change()
      await until((all) => all.some(met))
    }
  },

  async 'tells every watcher, and none that has ended'({ here, there }) {
    const [first, second, gone] = [listener(), listener(), listener()]
    there.watch(first.hear)
    there.watch(second.hear)
    there.watch(gone.hear)()
    const key = keyNamed('demo')
    await here.createKey(key)
    for (const { until } of [first, second]) await until((told) => told.some((one) => isKey(one, key.lookup)))
    assert.deepEqual(gone.told, [])
  },
}
