const { writeSync } = require('node:fs')
const { join } = require('node:path')

const kit = join(__dirname, '../../packages/kit/dist')
const { uuidv7 } = require(join(kit, 'core/ids.js'))
const { budgetFrom } = require(join(kit, 'ledger/index.js'))
const { sqliteLedger } = require(join(kit, 'ledger/sqlite/index.js'))

/** Reserve and settle without end, and say on standard output what has been acknowledged; somebody will kill this. */
async function work(ledger) {
  for (;;) {
    const id = uuidv7()
    const held = { usd: 100_000_000, tokens: 100, requests: 1 }
    const reply = await ledger.reserve({
      org: 'acme',
      id,
      path: ['org:acme', 'team:m', 'key:k'],
      min: held,
      want: held,
      bound: 'proven',
      ttlMs: 120_000,
      owner: 'child',
      memo: { requestId: id, model: 'm', priceVersion: 'v' },
    })
    if (reply.status !== 'ok') return
    writeSync(1, `reserved ${id}\n`)
    await ledger.settle({
      org: 'acme',
      id,
      actual: { usd: 30_000_000, tokens: 10, requests: 1 },
      basis: 'exact',
    })
    writeSync(1, `settled ${id}\n`)
  }
}

async function main() {
  const ledger = sqliteLedger(process.argv[2])
  await ledger.provision('acme', 'org:acme', [])
  await ledger.provision('acme', 'team:m', [])
  await ledger.provision('acme', 'key:k', [budgetFrom({ limit_usd: 40, period: 'total' })])
  await Promise.all(Array.from({ length: 50 }, () => work(ledger)))
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
