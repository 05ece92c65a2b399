import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SimulatedProvider, simulatedProvider, spend } from '@tollgate/testing'
import OpenAI from 'openai'
import request from 'supertest'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createApp, openLedger } from './app.ts'
import { type Queue, queue } from './queue.ts'
import { type Job, type Result, work } from './worker.ts'

let provider: SimulatedProvider
let folder: string
let web: ReturnType<typeof openLedger>
let books: ReturnType<typeof openLedger>
let app: ReturnType<typeof createApp>
let jobs: Queue<Job>

beforeEach(async () => {
  provider = await simulatedProvider()
  folder = mkdtempSync(join(tmpdir(), 'without-a-proxy-'))
  // The web service and the worker each open the file, as two processes do.
  web = openLedger(join(folder, 'tollgate.db'))
  books = openLedger(join(folder, 'tollgate.db'))
  jobs = queue()
  app = createApp({ ledger: web, openai: new OpenAI({ baseURL: provider.url, apiKey: 'none' }), jobs })
})

afterEach(async () => {
  await books.close()
  await web.close()
  await provider.close()
  rmSync(folder, { recursive: true })
})

const messages = [{ role: 'user', content: 'How many gates?' }]

const chat = (user: string, max_tokens: number) =>
  request(app).post('/chat').set('x-user', user).send({ model: 'gpt-4o', max_tokens, messages })
const summary = (user: string) =>
  request(app).post('/summaries').set('x-user', user).send({ text: 'Nine gates.' })

/** Let the worker do all that is queued, and return what came of it. */
async function workOff(): Promise<(Result & { user: string })[]> {
  const results: (Result & { user: string })[] = []
  jobs.close()
  await work({
    jobs,
    ledger: books,
    provider: { baseURL: provider.url, apiKey: 'none' },
    onResult: ({ user }, result) => results.push({ user, ...result }),
  })
  return results
}

const nanoUsdOf = async (user: string) =>
  Math.round(Number((await spend(books, `user:${user}`)).spentUsd) * 1e9)

it('does jobs until the budget of their user is used up, and not one more', async () => {
  for (let job = 0; job < 10; job += 1) await summary('ada').expect(202)
  await summary('bob').expect(202)
  const results = await workOff()

  const done = results.filter(({ user, status }) => user === 'ada' && status === 'done')
  const refused = results.filter(({ status }) => status === 'refused')
  expect(done.length).toBeGreaterThan(0)
  expect(refused.length).toBe(10 - done.length)
  expect(refused[0]).toMatchObject({
    user: 'ada',
    why: expect.stringMatching(/Tollgate: user ada has used \$0\.00\d+ of/),
  })
  expect(results.at(-1)).toMatchObject({ user: 'bob', status: 'done' })

  // A refused job was never sent, and the SDK did not try it again.
  expect(provider.requests).toHaveLength(done.length + 1)
  expect((await nanoUsdOf('ada')) + (await nanoUsdOf('bob'))).toBe(provider.totals().nanoUsd)
})

it('has one budget with the web service: what the one spends, the other no longer has', async () => {
  while ((await chat('ada', 100)).status === 200);
  await summary('ada').expect(202)
  const sent = provider.requests.length
  expect(await workOff()).toMatchObject([{ user: 'ada', status: 'refused' }])
  expect(provider.requests).toHaveLength(sent)
  expect(await nanoUsdOf('ada')).toBe(provider.totals().nanoUsd)
})

it('and the other way round', async () => {
  for (let job = 0; job < 10; job += 1) await summary('ada')
  await workOff()
  const refusal = await chat('ada', 300).expect(429)
  expect(refusal.body.error).toMatchObject({ code: 'budget_exceeded' })
  await chat('bob', 300).expect(200)
})
