import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../../support/close-after.ts'
import { redisServer } from '../../support/redis.ts'
import { type LearningProcess, startLearning } from './learning-process.ts'

const WAYS = ['please', 'kindly', 'quickly', 'safely', 'properly', 'entirely', 'simply', 'myself', 'anyway']

let asks = 0

/** One thing, in other words each time. */
function otherWords(): string {
  const at = asks++
  const [one, other] = [WAYS[at % 9], WAYS[Math.floor(at / 9) % 9]]
  return `How can I ${one} reset the forgotten password of my account ${other}${'?'.repeat(1 + at / 81)}`
}

const PATIENT = { timeout: 60_000 }

/** Ask in other words until the cache does so; the first that ask of a partition do not find it read yet. */
const asksUntil = (gateway: LearningProcess, by: string, outcome: string) =>
  expect.poll(() => gateway.ask(otherWords(), { by }), PATIENT).toBe(outcome)

/** Ask, as two people in turns, until enough answers have been compared for the first fit. */
async function teach(gateway: LearningProcess): Promise<void> {
  for (let labels = 0; labels < 50; labels = (await gateway.learnt()).labels.same)
    for (let ask = 0; ask < 12; ask += 1) await gateway.ask(otherWords(), { by: ask % 2 ? 'ada' : 'bob' })
}

async function oneOf(gateway: LearningProcess) {
  const { groups } = await gateway.learnt()
  expect(groups).toHaveLength(1)
  return groups[0]!
}

/** The last answer may still be on its way to be compared. */
const knowTheSame = async (here: LearningProcess, there: LearningProcess) =>
  isDeepStrictEqual(await oneOf(here), await oneOf(there))

async function redis() {
  const server = await redisServer()
  closeAfter(() => server.stop())
  return {
    redis: server.url,
    /** Have it lose its keys of a pattern: there has to be one. */
    async lose(pattern: string) {
      const keys = (await server.call('KEYS', pattern)) as string[]
      expect(keys.length).toBeGreaterThan(0)
      await server.call('DEL', ...keys)
    },
  }
}

function file(): { readonly sqlite: string } {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-learned-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  return { sqlite: join(folder, 'tollgate.db') }
}

describe('two gateways and one Redis', () => {
  it('serve by what either has learnt', async () => {
    const at = await redis()
    const [here, there] = [await startLearning(at), await startLearning(at)]
    await teach(here)
    await asksUntil(there, 'cyd', 'semantic')
    // Until it has heard, it asks and compares for itself: too little to serve by.
    expect((await there.learnt()).labels.same).toBeLessThan(50)
  })

  it.each(['by its log', 'though its log is lost'])(
    'serve nothing to other words that either has forgotten, %s',
    async (how) => {
      const at = await redis()
      const [here, there] = [await startLearning(at), await startLearning(at)]
      await teach(here)
      const found: string[] = []
      const finds = async () => {
        const id = await there.served(otherWords(), { by: 'cyd' })
        if (id) found.push(id)
        return found.length
      }
      await expect.poll(finds, PATIENT).toBeGreaterThan(2)
      if (how === 'though its log is lost') await at.lose('*:vectors:*log')
      for (const id of new Set(found)) {
        await here.forget(id)
        for (let ask = 0; ask < 3; ask += 1)
          expect(await there.served(otherWords(), { by: 'cyd' })).not.toBe(id)
      }
    },
  )

  it('count audits together, and what one has reason to doubt both do', async () => {
    const at = await redis()
    const [here, there] = [await startLearning(at), await startLearning(at)]
    await teach(here)
    await here.draw(0)
    await asksUntil(here, 'ada', 'audit')
    await expect.poll(async () => (await oneOf(here)).audits, PATIENT).toBeGreaterThan(0)
    await expect.poll(() => knowTheSame(here, there), PATIENT).toBe(true)
    // Whatever is kept is wrong now.
    for (let ask = 0; ask < 4; ask += 1) await here.ask(otherWords(), { means: 'Elsewhere' })
    await expect.poll(async () => (await oneOf(here)).aim, PATIENT).toBeLessThan(0.02)
    await expect.poll(() => knowTheSame(here, there), PATIENT).toBe(true)
  })
})

describe('a restart', () => {
  it.each(['in order', 'by kill -9'])('%s takes nothing of what was known, on SQLite', async (how) => {
    const at = file()
    const before = await startLearning(at)
    await teach(before)
    const known = await oneOf(before)
    if (how === 'in order') expect(await before.terminate()).toBe(0)
    else await before.kill()
    const after = await startLearning(at)
    expect(await oneOf(after)).toEqual(known)
    await asksUntil(after, 'cyd', 'semantic')
  })
})
