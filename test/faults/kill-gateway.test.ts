import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { fixedClock, gate, simulatedProvider } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { until } from '../support/redis.ts'

const STREAMS = 50
/** Where the first stream stands still; each of the others does so a chunk later than the one before it. */
const FIRST_CHUNKS = 40
const ALL_CHUNKS = STREAMS * FIRST_CHUNKS + (STREAMS * (STREAMS - 1)) / 2
const PROCESS = fileURLToPath(new URL('./gateway-process.ts', import.meta.url))

/** Start a gateway in a process of its own; resolves with its URL. */
async function startGateway(file: string, providerUrl: string) {
  const child = spawn(process.execPath, [PROCESS, file, providerUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closeAfter(async () => void child.kill('SIGKILL'))
  const died = once(child, 'exit').then(() =>
    Promise.reject(new Error('the gateway ended before it listened')),
  )
  // Whoever kills it later means to.
  died.catch(() => {})
  const [line] = (await Promise.race([once(child.stdout, 'data'), died])) as [Buffer]
  return { child, url: line.toString().trim() }
}

it('kill -9 with 50 open streams: nothing is lost, and `observed` is what the heartbeats saw', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-kill-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  const file = join(folder, 'tollgate.db')
  const pauses = Array.from({ length: STREAMS }, () => gate())
  let asked = 0
  const provider = await simulatedProvider({
    chunkIntervalMs: 1,
    answerTokens: 5_000,
    behave: () => ({ pause: { afterChunks: FIRST_CHUNKS + asked, until: pauses[asked++]! } }),
  })
  closeAfter(() => provider.close())
  const { child, url } = await startGateway(file, provider.url)

  const streams = Array.from({ length: STREAMS }, async (_, index) => {
    const answer = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'gpt-4o',
        stream: true,
        max_tokens: 6_000,
        messages: [{ role: 'user', content: `Stream number ${index}, please.` }],
      }),
    })
    await answer.text()
  })
  const ended = Promise.allSettled(streams)

  // Every stream stands still at its own place, and a heartbeat has seen all of it.
  await provider.waitFor(
    ({ requests }) => requests.reduce((sum, { chunksSent }) => sum + chunksSent, 0) === ALL_CHUNKS,
  )
  const held = new DatabaseSync(file, { readOnly: true })
  const open = held.prepare("SELECT observed_usd AS usd FROM reservation WHERE state = 'open' ORDER BY usd")
  const sent = provider.requests.map(({ nanoUsd }) => nanoUsd).toSorted((a, b) => a - b)
  await until('the heartbeats have seen all of each', () => {
    const seen = open.all().map(({ usd }) => Number(usd))
    return seen.length === STREAMS && seen.every((usd, at) => usd >= sent[at]!)
  })
  held.close()
  const paused = provider.totals().nanoUsd

  // They go on, and the gateway dies without a word.
  for (const pause of pauses) pause.open()
  await provider.waitFor(({ totals }) => totals().nanoUsd > paused)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await ended
  await provider.waitFor(({ openStreams }) => openStreams === 0)
  const billed = provider.totals().nanoUsd

  const clock = fixedClock(Date.now())
  const ledger = sqliteLedger(file, {
    clock,
    budgets: [{ per: 'user', limit_usd: '20.00', period: 'daily' }],
  })
  closeAfter(() => ledger.close())
  const books = async () => (await ledger.read('default', ['user:ada']))[0]!
  const { reserved } = await books()
  expect(reserved).toBeGreaterThan(billed)
  expect(reserved).toBeLessThanOrEqual(20_000_000_000)

  // Before their time nothing expires; after it everything does, in full and unconfirmed.
  expect(await ledger.expire(1_000)).toEqual([])
  clock.advance(120_001)
  expect(await ledger.expire(1_000)).toHaveLength(STREAMS)
  expect(await books()).toMatchObject({ spent: reserved, reserved: 0, unconfirmed: reserved })
  expect((await books()).budgets[0]!.remaining).toBeGreaterThanOrEqual(0)

  await ledger.settleExpired('observed')
  const settled = await books()
  expect(settled).toMatchObject({ reserved: 0, unconfirmed: 0 })
  expect(settled.spent).toBeLessThanOrEqual(reserved)
  // What came after the last heartbeat is all that is missing.
  expect(settled.spent).toBeGreaterThanOrEqual(paused)
  expect(billed - settled.spent).toBeLessThanOrEqual(billed - paused)
})
