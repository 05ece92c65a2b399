import assert from 'node:assert/strict'
import { assertFound, comparable, keyNamed, otherSecret, type Section, START_MS } from './bench.ts'

export const ROTATION: Section = {
  async 'takes both secrets until the grace ends, and then the new one'({ here, there, clock }) {
    const key = keyNamed('demo', { team: 'red' })
    await here.createKey(key)
    const secret = otherSecret(START_MS + 60_000)
    assert.equal((await here.rotateKey('demo', secret)).status, 'changed')
    const previous = { lookup: key.lookup, hash: key.hash, untilMs: START_MS + 60_000 }
    const rotated = { ...key, lookup: secret.lookup, hash: secret.hash, previous, revision: 2 }
    clock.nowMs += 59_999
    await assertFound(there, rotated)
    const byOld = await there.findKey(key.lookup)
    assert.deepEqual(byOld && comparable(byOld), comparable(rotated))
    clock.nowMs += 1
    assert.equal(await there.findKey(key.lookup), undefined)
    assert.equal((await there.findKey(secret.lookup))?.id, 'demo')
  },

  async 'ends the old secret at once when there is no grace'({ here, there }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    const secret = otherSecret(START_MS)
    await here.rotateKey('demo', secret)
    assert.equal(await there.findKey(key.lookup), undefined)
    await assertFound(there, { ...key, lookup: secret.lookup, hash: secret.hash, revision: 2 })
  },

  async 'lets no more than two secrets live'({ here, there }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    const [second, third] = [otherSecret(START_MS + 60_000), otherSecret(START_MS + 60_000)]
    await here.rotateKey('demo', second)
    await there.rotateKey('demo', third)
    assert.equal(await here.findKey(key.lookup), undefined)
    assert.equal((await here.findKey(second.lookup))?.id, 'demo')
    assert.equal((await here.findKey(third.lookup))?.id, 'demo')
  },

  async 'gives no handle that any key has, or has had until now'({ here, there }) {
    const [one, two] = [keyNamed('one'), keyNamed('two')]
    await here.createKey(one)
    await here.createKey(two)
    const { lookup, hash } = two
    const taken = { lookup, hash, graceUntilMs: START_MS + 60_000 }
    assert.deepEqual(await there.rotateKey('one', taken), { status: 'taken' })
    assert.deepEqual(await there.rotateKey('two', taken), { status: 'taken' })
    await here.rotateKey('two', otherSecret(START_MS + 60_000))
    assert.deepEqual(await there.rotateKey('one', taken), { status: 'taken' })
    assert.deepEqual(await there.createKey(keyNamed('three', { lookup })), { status: 'exists' })
    await assertFound(here, one)
  },

  async 'lets a key have back the secret that it had before'({ here, there }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    const second = otherSecret(START_MS + 60_000)
    await here.rotateKey('demo', second)
    const back = { lookup: key.lookup, hash: key.hash, graceUntilMs: START_MS }
    assert.equal((await here.rotateKey('demo', back)).status, 'changed')
    await assertFound(there, { ...key, revision: 3 })
    assert.equal(await there.findKey(second.lookup), undefined)
  },

  async 'revokes both secrets'({ here, there }) {
    const key = keyNamed('demo')
    await here.createKey(key)
    const secret = otherSecret(START_MS + 60_000)
    await here.rotateKey('demo', secret)
    await there.revokeKey('demo')
    assert.equal(await here.findKey(key.lookup), undefined)
    assert.equal((await here.findKey(secret.lookup))?.revokedAtMs, START_MS)
  },

  async 'lets no rotation undo a revoke'({ here, there }) {
    for (let round = 0; round < 10; round += 1) {
      const id = `demo${round}`
      await here.createKey(keyNamed(id))
      const [rotated] = await Promise.all([
        here.rotateKey(id, otherSecret(START_MS + 60_000)),
        there.revokeKey(id),
      ])
      assert.match(rotated.status, /^(changed|revoked)$/)
      const key = (await here.listKeys({ limit: 1000 })).find((one) => one.id === id)
      assert.equal(key?.revokedAtMs, START_MS)
      assert.equal(key?.previous, undefined)
    }
  },
}
