/**
 * One of several processes, from the built kit, that race for one budget in one file; some of them are killed.
 * Arguments: the file, the durability, this process's name. Says on standard output, a line each, what has been
 * acknowledged: `reserved <id> <granted>`, `settled <id> <cost>`, `released <id>`; and `done` when nothing is left to
 * reserve. Ends when its standard input does.
 */
import type { Amounts } from '@tollgate/kit/ledger'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'

const [path = '', durability = 'normal', name = ''] = process.argv.slice(2)
const WORKERS = 6
const TTL_MS = 120_000

// Many processes may wait for one: longer than a gateway would let its callers wait.
const ledger = sqliteLedger(path, { durability: durability as 'normal' | 'strict', busyTimeoutMs: 60_000 })
const amounts = (usd: number) => ({ usd, tokens: 10, requests: 1 }) as Amounts
/** To a pipe this is written before it returns, so that what has been said is known also of who is killed next. */
const say = (line: string) => process.stdout.write(`${line}\n`)

async function reserve(id: string, want: number): Promise<number | undefined> {
  const reply = await ledger.reserve({
    org: 'acme',
    id,
    path: ['org:acme', 'team:m', 'key:k'],
    min: amounts(1000),
    want: amounts(want),
    bound: 'proven',
    ttlMs: TTL_MS,
    owner: name,
    memo: { requestId: id, model: 'm', priceVersion: 'v' },
  })
  if (reply.status !== 'ok') return undefined
  say(`reserved ${id} ${reply.granted.usd}`)
  return reply.granted.usd
}

/** Reserve and end, in every way there is, until nothing is left. */
async function work(worker: number): Promise<void> {
  for (let turn = 0; ; turn++) {
    const id = `${name}-${worker}-${turn}`
    const granted = await reserve(id, 500_000 + ((worker * 7919 + turn * 104_729) % 500_000))
    if (granted === undefined) return
    const beat = { id, observed: amounts(Math.floor(granted / 3)) }
    if (turn % 3 === 0) await ledger.heartbeat('acme', [beat], TTL_MS)
    if (turn % 11 === 0) {
      await ledger.release('acme', id)
      say(`released ${id}`)
      continue
    }
    const cost = granted - ((turn * 7) % granted)
    await ledger.settle({ org: 'acme', id, actual: amounts(cost), basis: 'exact' })
    say(`settled ${id} ${cost}`)
  }
}

// Held to the end: who is killed leaves this behind, and perhaps more.
const held = await reserve(`${name}-held`, 1_000_000)
await Promise.all(Array.from({ length: WORKERS }, (_, worker) => work(worker)))
say('done')
for await (const _ of process.stdin);
if (held !== undefined) {
  await ledger.release('acme', `${name}-held`)
  say(`released ${name}-held`)
}
await ledger.close()
