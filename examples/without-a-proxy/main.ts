/**
 * A service and its worker, with one budget for both. They run in one process here, so that one command shows them; the
 * worker opens the books by itself all the same, as it would in a process of its own.
 */
import type { AddressInfo } from 'node:net'
import { simulatedProvider, spend } from '@tollgate/testing'
import OpenAI from 'openai'
import { createApp, openLedger } from './app.ts'
import { queue } from './queue.ts'
import { type Job, work } from './worker.ts'

const FILE = './data/tollgate.db'
const simulated = await simulatedProvider()
const provider = { baseURL: simulated.url, apiKey: 'none' }
const jobs = queue<Job>()

const web = { ledger: openLedger(FILE), openai: new OpenAI(provider), jobs }
const server = createApp(web).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const books = openLedger(FILE)
const working = work({
  jobs,
  ledger: books,
  provider,
  onResult: ({ id, user }, result) => {
    const text = result.status === 'done' ? result.summary : result.why
    console.log(`worker  ${id} for ${user}: ${result.status}: ${text.slice(0, 90)}…`)
  },
})

async function post(path: string, user: string, body: object): Promise<void> {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'x-user': user, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  console.log(`web     POST ${path} for ${user}: ${answer.status}`)
  await answer.text()
}

const text = 'The road from the coast to the capital has nine toll gates, and a keeper at each of them.'
const question = {
  model: 'gpt-4o',
  max_tokens: 300,
  messages: [{ role: 'user', content: 'How many gates?' }],
}

await post('/chat', 'ada', question)
for (let job = 0; job < 6; job += 1) await post('/summaries', 'ada', { text })
await post('/summaries', 'bob', { text })
jobs.close()
await working
await post('/chat', 'ada', question)

for (const user of ['ada', 'bob'] as const) {
  console.log(`books   user ${user} has spent $${(await spend(books, `user:${user}`)).spentUsd}`)
}
console.log(`truth   the provider counted $${(simulated.totals().nanoUsd / 1e9).toFixed(9)}`)

server.close()
await web.ledger.close()
await books.close()
await simulated.close()
