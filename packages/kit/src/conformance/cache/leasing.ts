import assert from 'node:assert/strict'
import type { Bench, Section } from './bench.ts'

async function leases({ open }: Bench) {
  const { here, there } = await open()
  return here.leases && there.leases && { here: here.leases, there: there.leases }
}

/** For stores that a fleet shares; the others have none, and pass. */
export const LEASING: Section = {
  async 'lets one process go, and the others wait for it'(bench) {
    const two = await leases(bench)
    if (!two) return
    const lease = await two.here.take('share-a.one')
    assert.ok(lease)
    assert.equal(await two.there.take('share-a.one'), undefined)
    assert.equal(await two.here.take('share-a.one'), undefined)
    assert.ok(await two.there.take('share-a.two'))
    await lease.release()
    assert.ok(await two.there.take('share-a.one'))
  },

  async 'gives back no lease that is another’s by now'(bench) {
    const two = await leases(bench)
    if (!two) return
    const first = await two.here.take('share-a.one')
    await first?.release()
    const second = await two.there.take('share-a.one')
    assert.ok(second)
    await first?.release()
    assert.equal(await two.here.take('share-a.one'), undefined)
  },
}
