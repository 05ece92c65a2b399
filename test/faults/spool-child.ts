/**
 * A worker in a process of its own, from the built kit, for a test that takes its books away and kills it.
 * Arguments: where the books are (a URL of Redis, or a file), the spool's folder, the provider's URL, how many calls.
 * Prints how many settles its spool holds, once every call is answered, and then waits to be killed.
 */
import { governedFetch } from '@tollgate/kit/client'
import { spooled } from '@tollgate/kit/ledger'
import { redisLedger } from '@tollgate/kit/ledger/redis'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'

const [store = '', folder = '', providerUrl = '', calls = ''] = process.argv.slice(2)
const books = store.startsWith('redis:')
  ? redisLedger(store, { deadlineMs: 5000 })
  : sqliteLedger(store, { busyTimeoutMs: 50 })
const ledger = spooled(books, { folder, onFault: () => {} })
const paid = governedFetch({ ledger, principal: { user: 'ada' }, reservationTtlMs: 3_600_000 })

await Promise.all(
  Array.from({ length: Number(calls) }, async (_, index) => {
    const answer = await paid(`${providerUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'gpt-4o',
        max_tokens: 200,
        messages: [{ role: 'user', content: `Call number ${index}, please.` }],
      }),
    })
    if (!answer.ok) throw new Error(await answer.text())
    await answer.text()
  }),
)
console.log(ledger.spool.standing().queued)
setInterval(() => {}, 60_000)
