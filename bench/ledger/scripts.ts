import { uuidv7 } from '@tollgate/kit/core'
import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import { Redis } from 'ioredis'
import { markdownTable } from '../markdown.ts'
import { median, quartiles } from '../statistics.ts'
import { provisionedPath } from './accounts.ts'
import { expectStatus, NOTHING, RAISED, reserveOn, settleOf, TTL_MS } from './commands.ts'
import { redisUrl, servePart } from './part.ts'
import { ORG, redisStore } from './stores.ts'
import { timeInside } from './time-inside.ts'

/**
 * Time inside Redis for every command of a request's life, on paths of 1, 3 and 5 accounts with two budgets each, as
 * multiples of a script that does nothing.
 */
const ACCOUNTS = [1, 3, 5] as const
const COMMANDS = ['reserve', 'extend', 'heartbeat', 'settle', 'release'] as const
const ROUNDS = 60
/** Few at a time, all sent at once: so that Redis is done with most rounds before anybody takes its core away. */
const CALLS = 20
const EMPTY_CALLS = 200

type Command = (typeof COMMANDS)[number]
/** µs a call. */
type Times = Readonly<Record<Command, number>>

interface Round {
  readonly empty: number
  /** On each of the paths. */
  readonly paths: readonly Times[]
}

servePart(async () => {
  const redis = new Redis(redisUrl)
  const { ledger } = await redisStore()
  const paths: (readonly AccountId[])[] = []
  for (const accounts of ACCOUNTS) paths.push(await provisionedPath(ledger, accounts))
  const rounds: Round[] = []
  for (const path of paths) await loadScripts(ledger, path)
  for (let round = 0; round < ROUNDS; round += 1) {
    const empty = await emptyScript(redis)
    const times: Times[] = []
    for (const path of paths) times.push(await timesOn(redis, ledger, path))
    rounds.push({ empty, paths: times })
  }
  await ledger.close()
  redis.disconnect()
  return table(rounds)
})

async function emptyScript(redis: Redis): Promise<number> {
  const sha1 = (await redis.script('LOAD', '#!lua\nreturn 0')) as string
  const calls = Array.from({ length: EMPTY_CALLS }, () => sha1)
  return timeInside(redis, EMPTY_CALLS, () => Promise.all(calls.map((sha) => redis.evalsha(sha, 0))))
}

/** What each command does with a reservation; `release` is for one of its own. */
function commandsOn(
  ledger: Ledger,
  path: readonly AccountId[],
): Record<Command, (id: string) => Promise<void>> {
  const raise = { org: ORG, min: RAISED, want: RAISED, consumed: NOTHING, ttlMs: TTL_MS }
  return {
    reserve: async (id) => expectStatus('ok', await ledger.reserve(reserveOn(path, id))),
    extend: async (id) => expectStatus('open', await ledger.extend({ ...raise, id })),
    heartbeat: async (id) => void (await ledger.heartbeat(ORG, [{ id, observed: NOTHING }], TTL_MS)),
    settle: async (id) => expectStatus('settled', await ledger.settle(settleOf(id))),
    release: async (id) => expectStatus('released', await ledger.release(ORG, id)),
  }
}

/** The first call of a script, for each number of keys, brings its text along; what is measured are the calls after that. */
async function loadScripts(ledger: Ledger, path: readonly AccountId[]): Promise<void> {
  const { reserve, extend, heartbeat, settle, release } = commandsOn(ledger, path)
  const [id, other] = [uuidv7(), uuidv7()]
  for (const command of [reserve, extend, heartbeat, settle]) await command(id)
  for (const command of [reserve, release]) await command(other)
}

/** One command of all reservations, then the next: so each has Redis, and its clock, for itself. */
async function timesOn(redis: Redis, ledger: Ledger, path: readonly AccountId[]): Promise<Times> {
  const { reserve, extend, heartbeat, settle, release } = commandsOn(ledger, path)
  const ids = Array.from({ length: CALLS }, () => uuidv7())
  const others = Array.from({ length: CALLS }, () => uuidv7())
  const time = (of: readonly string[], command: (id: string) => Promise<void>) =>
    timeInside(redis, CALLS, () => Promise.all(of.map(command)))
  const times = {
    reserve: await time(ids, reserve),
    extend: await time(ids, extend),
    heartbeat: await time(ids, heartbeat),
    settle: await time(ids, settle),
  }
  await Promise.all(others.map(reserve))
  return { ...times, release: await time(others, release) }
}

function table(rounds: readonly Round[]): string {
  const rowOf = (name: string, micros: (round: Round, path: number) => number) => [
    name,
    ...ACCOUNTS.flatMap((_, path) => [
      median(rounds.map((round) => micros(round, path))).toFixed(1),
      quartiles(
        rounds.map((round) => micros(round, path) / round.empty),
        0,
      ),
    ]),
  ]
  const empty = median(rounds.map((round) => round.empty)).toFixed(2)
  return [
    markdownTable(
      ['script', ...ACCOUNTS.flatMap((accounts) => [`${accounts} × 2 budgets: µs`, '× empty'])],
      [
        ...COMMANDS.map((command) => rowOf(command, ({ paths }, path) => paths[path]![command])),
        rowOf(
          'mean of reserve and settle',
          ({ paths }, path) => (paths[path]!.reserve + paths[path]!.settle) / 2,
        ),
      ],
    ),
    '',
    `An empty EVALSHA takes ${empty} µs here. Medians of ${ROUNDS} rounds of ${CALLS} calls (quartiles). Aim: the last row at most 50 × on 5 accounts.`,
  ].join('\n')
}
