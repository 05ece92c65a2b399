import assert from 'node:assert/strict'
import type { Claim, Owners } from '../../owners/owners.ts'
import { type Case, HOUR_MS } from './bench.ts'

const claimOf = (ids: readonly string[], more: Partial<Claim> = {}): Claim => ({
  owner: 'ada',
  provider: 'openai',
  ids,
  ttlMs: HOUR_MS,
  ...more,
})

async function ownerAt(owners: Owners, id: string, provider = 'openai'): Promise<string | undefined> {
  return (await owners.find(provider, [id])).get(id)?.owner
}

/** Who owns what, sentence by sentence. */
export const CLAIMING: Readonly<Record<string, Case>> = {
  'what nobody has claimed is nobody’s': async ({ here }) => {
    assert.equal(await ownerAt(here, 'resp_1'), undefined)
    assert.equal((await here.find('openai', [])).size, 0)
  },

  'what one process claims, all of them find': async ({ here, there }) => {
    await here.claim(claimOf(['resp_1', 'msg_1'], { facts: { model: 'm', tokens: 42, key: '2' } }))
    const found = await there.find('openai', ['msg_1', 'resp_2', 'resp_1'])
    const owned = { owner: 'ada', facts: { model: 'm', tokens: 42, key: '2' } }
    assert.deepEqual(Object.fromEntries(found), { resp_1: owned, msg_1: owned })
  },

  'whoever is first stays the owner, and what is known of it': async ({ here, there }) => {
    await here.claim(claimOf(['resp_1'], { facts: { tokens: 1 } }))
    await there.claim(claimOf(['resp_1', 'resp_2'], { owner: 'eve', facts: { tokens: 9 } }))
    assert.deepEqual((await here.find('openai', ['resp_1'])).get('resp_1'), {
      owner: 'ada',
      facts: { tokens: 1 },
    })
    assert.equal(await ownerAt(here, 'resp_2'), 'eve')
  },

  'of many who race for a thing one has it': async ({ here, there }) => {
    const racers = Array.from({ length: 40 }, (_, at) => `racer-${at}`)
    await Promise.all(
      racers.map(async (owner, at) => (at % 2 ? here : there).claim(claimOf(['resp_1'], { owner }))),
    )
    const first = await ownerAt(here, 'resp_1')
    assert.ok(racers.includes(first ?? ''))
    assert.equal(await ownerAt(there, 'resp_1'), first)
  },

  'an id at one provider says nothing of the same id at another': async ({ here }) => {
    await here.claim(claimOf(['file-1']))
    await here.claim(claimOf(['file-1'], { provider: 'azure', owner: 'eve' }))
    assert.equal(await ownerAt(here, 'file-1'), 'ada')
    assert.equal(await ownerAt(here, 'file-1', 'azure'), 'eve')
    // Nor can a name be cut elsewhere than where it ends.
    assert.equal(await ownerAt(here, '-1', 'openaifile'), undefined)
  },

  'what is said again is known from then on; what is not said stays known': async ({ here }) => {
    await here.claim(claimOf(['resp_1'], { facts: { model: 'm' } }))
    await here.claim(claimOf(['resp_1'], { facts: { model: 'm', tokens: 7 } }))
    await here.claim(claimOf(['resp_1']))
    const { facts } = (await here.find('openai', ['resp_1'])).get('resp_1')!
    assert.deepEqual(facts, { model: 'm', tokens: 7 })
  },

  'what expires is nobody’s, and the next one’s': async ({ here, there, advance }) => {
    await here.claim(claimOf(['resp_1'], { facts: { tokens: 7 } }))
    await advance(HOUR_MS - 1_000)
    assert.equal(await ownerAt(there, 'resp_1'), 'ada')
    await advance(1_001)
    assert.equal(await ownerAt(there, 'resp_1'), undefined)
    await there.claim(claimOf(['resp_1'], { owner: 'eve' }))
    assert.deepEqual((await here.find('openai', ['resp_1'])).get('resp_1'), { owner: 'eve', facts: {} })
  },

  'what its owner names again is kept for longer, and never for less': async ({ here, advance }) => {
    await here.claim(claimOf(['file-1']))
    await advance(HOUR_MS / 2)
    await here.claim(claimOf(['file-1']))
    await here.claim(claimOf(['file-1'], { ttlMs: 1_000 }))
    await here.claim(claimOf(['file-1'], { ttlMs: 9 * HOUR_MS, owner: 'eve' }))
    await advance(HOUR_MS - 1_000)
    assert.equal(await ownerAt(here, 'file-1'), 'ada')
    await advance(1_001)
    assert.equal(await ownerAt(here, 'file-1'), undefined)
  },

  'what is forgotten is nobody’s at once, and anybody’s next': async ({ here, there }) => {
    await here.claim(claimOf(['file-1', 'file-2']))
    await there.forget('openai', ['file-1', 'file-3'])
    assert.equal(await ownerAt(here, 'file-1'), undefined)
    assert.equal(await ownerAt(here, 'file-2'), 'ada')
    await there.claim(claimOf(['file-1'], { owner: 'eve' }))
    assert.equal(await ownerAt(here, 'file-1'), 'eve')
  },

  'ids and owners may be any text': async ({ here, there }) => {
    const ids = ['', ' ', 'a\nb', '{tag}', '\u0000', 'ü'.repeat(5_000), '__proto__']
    const owner = JSON.stringify(['org:a b', 'key:{x}\n"y"'])
    await here.claim(claimOf(ids, { owner }))
    const found = await there.find('openai', ids)
    for (const id of ids) assert.equal(found.get(id)?.owner, owner)
  },
}
