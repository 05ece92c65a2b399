import type { AccountId } from '@tollgate/kit/ledger'
import { markdownTable } from '../markdown.ts'
import { median, spread } from '../statistics.ts'
import { provisionedPath } from './accounts.ts'
import { atOnce } from './at-once.ts'
import { expectStatus, reserveOn, settleOf } from './commands.ts'
import { servePart } from './part.ts'
import { type Store, sqliteStore } from './stores.ts'

/**
 * All commands of one turn of the event loop are one transaction in SQLite: what that saves. The process does nothing
 * else, so its CPU is the ledger's, the thread that checkpoints included.
 */
const AT_ONCE = [32, 1] as const
const ACCOUNTS = 3
const ROUNDS = 7
const PAIRS = 2000
const WARM_UP = 2

interface Round {
  readonly cpuMicros: number
  readonly perSecond: number
}

servePart(async () => {
  const store = sqliteStore()
  const path = await provisionedPath(store.ledger, ACCOUNTS)
  const rounds: Round[][] = []
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const measured: Round[] = []
    for (const many of AT_ONCE) measured.push(await pairs(store, path, many))
    if (round >= WARM_UP) rounds.push(measured)
  }
  await store.ledger.close()
  return table(rounds)
})

/** Reserve and settle, so many at once that their commands share turns; one at a time, each has its own. */
async function pairs({ ledger }: Store, path: readonly AccountId[], many: number): Promise<Round> {
  const commands = Array.from({ length: PAIRS }, () => reserveOn(path))
  const startedAtMs = performance.now()
  const before = process.cpuUsage()
  await atOnce(many, commands, async (command) => {
    expectStatus('ok', await ledger.reserve(command))
    expectStatus('settled', await ledger.settle(settleOf(command.id)))
  })
  const { user, system } = process.cpuUsage(before)
  const elapsedMs = performance.now() - startedAtMs
  return { cpuMicros: (user + system) / PAIRS, perSecond: (PAIRS / elapsedMs) * 1000 }
}

function table(rounds: readonly (readonly Round[])[]): string {
  return [
    markdownTable(
      ['reserve + settle, SQLite', 'CPU µs a pair', '× batched', 'pairs/s'],
      AT_ONCE.map((many, at) => [
        many === 1 ? 'one at a time: a transaction a command' : `${many} at once: a transaction a turn`,
        median(rounds.map((round) => round[at]!.cpuMicros)).toFixed(1),
        spread(rounds.map((round) => round[at]!.cpuMicros / round[0]!.cpuMicros)),
        median(rounds.map((round) => round[at]!.perSecond)).toFixed(0),
      ]),
    ),
    '',
    `${ACCOUNTS} accounts × 2 budgets. Medians of ${ROUNDS} interleaved rounds of ${PAIRS} pairs (least–greatest).`,
  ].join('\n')
}
