import assert from 'node:assert/strict'
import type { Vector } from '../../cache/vectors/quantise.ts'
import type { VectorIndex } from '../../cache/vectors/vector-index.ts'
import { randomFrom } from '../ledger/random.ts'
import { bruteForceIndex } from './brute-force-index.ts'
import { nearTo, randomVector } from './random-vector.ts'

const DIMENSIONS = 64
const PARTITIONS = ['acme/faq', 'acme/{faq}', 'other/faq']
const STEPS = 400

export const INDEX_CASES: Record<string, (index: VectorIndex) => Promise<void>> = {
  async 'has nothing in a partition that nothing was put into'(index) {
    await settled(index, PARTITIONS[0]!)
    assert.equal(await index.rows(PARTITIONS[0]!), 0)
    assert.deepEqual(await index.nearest(PARTITIONS[0]!, randomVector(randomFrom(1), DIMENSIONS), 4), [])
  },

  async 'finds what was put, with the score 1, and gives its features back'(index) {
    const vector = randomVector(randomFrom(2), DIMENSIONS)
    const features = Uint8Array.from([0, 255, 10])
    await index.put(PARTITIONS[0]!, { id: 'a “b” c', vector, features })
    await settled(index, PARTITIONS[0]!)
    const [found, ...others] = await index.nearest(PARTITIONS[0]!, vector, 4)
    assert.deepEqual(others, [])
    assert.equal(found?.id, 'a “b” c')
    assertScore(found.score, 1)
    assert.deepEqual([...found.features], [...features])
  },

  async 'never finds what is in another partition'(index) {
    const vector = randomVector(randomFrom(3), DIMENSIONS)
    await index.put(PARTITIONS[0]!, { id: 'here', vector })
    for (const partition of PARTITIONS.slice(1)) {
      await settled(index, partition)
      assert.deepEqual(await index.nearest(partition, vector, 4), [])
    }
  },

  async 'forgets what is removed and what is dropped, and nothing else'(index) {
    const random = randomFrom(4)
    const [here, there] = PARTITIONS as [string, string]
    for (const id of ['a', 'b', 'c']) {
      await index.put(here, { id, vector: randomVector(random, DIMENSIONS) })
      await index.put(there, { id, vector: randomVector(random, DIMENSIONS) })
    }
    await index.remove(here, 'b')
    await index.remove(here, 'nobody')
    await index.drop(there)
    await settled(index, here)
    await settled(index, there)
    assert.deepEqual(await idsNear(index, here, randomVector(random, DIMENSIONS)), ['a', 'c'])
    assert.deepEqual(await idsNear(index, there, randomVector(random, DIMENSIONS)), [])
  },

  ...Object.fromEntries(
    [5, 6, 7].map((seed) => [`is what a brute force finds, seed ${seed}`, playedBy(seed)]),
  ),
}

/** Play random commands on the index and on one that looks at every row, and compare the best that each finds. */
function playedBy(seed: number): (index: VectorIndex) => Promise<void> {
  return async (index) => {
    const random = randomFrom(seed)
    const truth = bruteForceIndex()
    const centres = Array.from({ length: 8 }, () => randomVector(random, DIMENSIONS))
    for (let step = 0; step < STEPS; step += 1) {
      const partition = random.pick(PARTITIONS)
      const id = `e${random.int(60)}`
      const vector = nearTo(random.pick(centres), random)
      if (random.chance(0.6))
        await Promise.all([index, truth].map((one) => one.put(partition, { id, vector })))
      else if (random.chance(0.5)) await Promise.all([index, truth].map((one) => one.remove(partition, id)))
      else await assertSame(index, truth, partition, nearTo(vector, random))
    }
    for (const partition of PARTITIONS) await assertSame(index, truth, partition, random.pick(centres))
  }
}

async function assertSame(index: VectorIndex, truth: VectorIndex, partition: string, query: Vector) {
  await settled(index, partition)
  const [found, best] = await Promise.all([index, truth].map((one) => one.nearest(partition, query, 4)))
  assert.equal(await index.rows(partition), await truth.rows(partition))
  assert.equal(found!.length, best!.length)
  // Which of equals comes first is nobody's business.
  for (const [at, { score }] of best!.entries()) assertScore(found![at]!.score, score)
}

/** An engine may compute in floats of 32 bits, and turn a distance into a similarity. */
function assertScore(score: number, expected: number): void {
  assert.ok(Math.abs(score - expected) < 0.005, `the score is ${score}, and not ${expected}`)
}

async function idsNear(index: VectorIndex, partition: string, query: Vector): Promise<string[]> {
  return (await index.nearest(partition, query, 32)).map(({ id }) => id).sort()
}

/** Until the index knows how many rows there are: it may still be loading them. */
async function settled(index: VectorIndex, partition: string): Promise<void> {
  while ((await index.rows(partition)) === undefined) await new Promise(setImmediate)
}
