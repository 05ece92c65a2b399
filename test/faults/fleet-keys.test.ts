import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { nanoUsd } from '@tollgate/kit/core'
import { issueKey, keyHasher, type NewSecret } from '@tollgate/kit/directory'
import { redisDirectory } from '@tollgate/kit/directory/redis'
import { type BudgetEntry, budgetFrom } from '@tollgate/kit/ledger'
import { initRedisLedger, redisLedger } from '@tollgate/kit/ledger/redis'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { PROVE } from '../support/prove.ts'
import { type RedisServer, redisServer, until } from '../support/redis.ts'

const masterKey = 'the master key of a fleet, the same everywhere'
const hasher = keyHasher(masterKey)
const ORG = 'acme'

/** How long after a change every decision goes by it, ms. */
const TOLD_MS = 1_000
/** What all gateways together are asked in a second: in the long version enough for 500 of them to be answered. */
const PER_SECOND = PROVE ? 600 : 150
const ANSWERED_PER_SECOND = 500
/** So many requests may be under way at a gateway: one that is slower is asked no more. */
const AT_ONCE = 64
const TICK_MS = 5

/** One decision of a gateway. */
interface Decision {
  readonly startedMs: number
  readonly status: number
  readonly team: string | undefined
  readonly tier: string | undefined
}

async function gatewayProcess(
  options: object,
): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = fork(join(import.meta.dirname, 'keys-child.ts'), [JSON.stringify(options)], { silent: true })
  const exited = once(child, 'exit')
  closeAfter(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const died = exited.then(() => Promise.reject(new Error('a gateway ended before it listened')))
  // Whoever kills it later means to.
  died.catch(() => {})
  const [url] = await Promise.race([once(child, 'message'), died])
  return { url, child }
}

/** Three gateways on one Redis, whoever changes keys and budgets, and callers that never stop. */
async function fleet(maxAgeMs: number) {
  const server = await redisServer()
  closeAfter(() => server.stop())
  await initRedisLedger(server.url, { orgs: [ORG] })
  const directory = redisDirectory(server.url, { deadlineMs: 10_000 })
  closeAfter(() => directory.close())
  const ledger = redisLedger(server.url, { deadlineMs: 10_000 })
  closeAfter(() => ledger.close())
  const options = { redis: server.url, masterKey, maxAgeMs }
  const gateways = await Promise.all([1, 2, 3].map(() => gatewayProcess(options)))
  const urls = gateways.map(({ url }) => url)

  async function budget(key: string, limit_usd: string): Promise<void> {
    const entry: BudgetEntry = { limit_usd, period: 'total' }
    await ledger.provision(ORG, `key:${key}`, [budgetFrom(entry)])
  }
  async function makeKey(id: string): Promise<string> {
    const { record, secret } = issueKey({ hasher, id, org: ORG, team: 'red' })
    for (const account of [`org:${ORG}`, 'team:red', 'team:blue'] as const)
      await ledger.provision(ORG, account, [])
    await budget(id, '1000')
    await directory.createKey(record)
    return secret
  }

  const moveTeam = (id: string, tier: string) =>
    directory.records.put({ kind: 'team', org: ORG, id, value: { tier } }, { by: 'test' })
  // What a gateway remembers of a team that is not there is no move.
  for (const id of ['red', 'blue']) await moveTeam(id, 'wide')

  const { callers, answeredPerSecond } = steadyLoad(urls)
  return { server, directory, makeKey, budget, moveTeam, callers, answeredPerSecond }
}

/** Ask all gateways so many times a second, whatever they answer, until the test ends: with all secrets in turn. */
function steadyLoad(urls: readonly string[]) {
  const asking: { readonly secret: string; readonly decisions: readonly Decision[][] }[] = []
  // Whoever asks so often opens no connection for each.
  const agent = new Agent({ keepAlive: true })
  const underWay = urls.map(() => new Set<Promise<void>>())
  let begunMs: number | undefined
  let [asked, answered] = [0, 0]

  async function ask(at: number): Promise<void> {
    const { secret, decisions } = asking[Math.floor(asked / urls.length) % asking.length]!
    const startedMs = performance.now()
    const asks = get(urls[at]!, { agent, headers: { authorization: `Bearer ${secret}` } })
    const [answer] = (await once(asks, 'response')) as [IncomingMessage]
    const { team, tier } = (await json(answer)) as Pick<Decision, 'team' | 'tier'>
    decisions[at]!.push({ startedMs, status: answer.statusCode!, team, tier })
    answered++
  }

  /** Ask for all that is due by now. */
  function catchUp(): void {
    if (begunMs === undefined) return
    const due = ((performance.now() - begunMs) * PER_SECOND) / 1000
    for (; asked < due; asked++) {
      const at = asked % urls.length
      const here = underWay[at]!
      if (here.size >= AT_ONCE) continue
      const asks = ask(at).finally(() => here.delete(asks))
      here.add(asks)
    }
  }

  const ticking = setInterval(catchUp, TICK_MS)
  closeAfter(async () => {
    clearInterval(ticking)
    await Promise.all(underWay.flatMap((here) => [...here]))
    agent.destroy()
  })

  return {
    /** What every gateway decides of a secret from now on. */
    callers(secret: string): readonly Decision[][] {
      const decisions = urls.map((): Decision[] => [])
      asking.push({ secret, decisions })
      begunMs ??= performance.now()
      return decisions
    },
    answeredPerSecond: () => (answered * 1000) / (performance.now() - begunMs!),
  }
}

/** The long version says how fast it was: decisions are right at any rate, and what a machine reaches is its own. */
function tellRate(answeredPerSecond: () => number): void {
  if (!PROVE) return
  const rate = Math.round(answeredPerSecond())
  const proved = rate >= ANSWERED_PER_SECOND ? '' : `NOT PROVED at ${ANSWERED_PER_SECOND} a second: `
  console.log(`${proved}three gateways answered ${rate} requests a second`)
}

/** Every gateway has the key in its memory, and lets it in. */
const warm = (all: readonly Decision[][]) =>
  until('every gateway lets the key in', () =>
    all.every((decisions) => decisions.filter(({ status }) => status === 200).length >= 5),
  )

/** Make a change; what every gateway decides from `withinMs` after it. */
async function after(
  all: readonly Decision[][],
  withinMs: number,
  change: () => Promise<unknown>,
): Promise<{ readonly settled: Decision[]; readonly meanwhile: Decision[] }> {
  await change()
  const changedMs = performance.now()
  const late = (decisions: readonly Decision[]) =>
    decisions.filter(({ startedMs }) => startedMs >= changedMs + withinMs)
  await until('every gateway has decided often enough', () =>
    all.every((decisions) => late(decisions).length >= 10),
  )
  const meanwhile = all
    .flat()
    .filter(({ startedMs }) => startedMs >= changedMs && startedMs < changedMs + withinMs)
  return { settled: all.flatMap(late), meanwhile }
}

/** How many connections are told of changes. */
async function listeners({ call }: RedisServer): Promise<number> {
  const channels = (await call('pubsub', 'channels')) as string[]
  const counts = await Promise.all(channels.map((channel) => call('pubsub', 'numsub', channel)))
  return Math.max(0, ...counts.map((found) => Number((found as unknown[])[1])))
}

const statuses = (decisions: readonly Decision[]) => [...new Set(decisions.map(({ status }) => status))]
const teams = (decisions: readonly Decision[]) => [...new Set(decisions.map(({ team }) => team))]
const tiers = (decisions: readonly Decision[]) => [...new Set(decisions.map(({ tier }) => tier))]

/** Another secret, and what the directory is told of it. */
function another(graceUntilMs: number): { readonly secret: string; readonly next: NewSecret } {
  const { record, secret } = issueKey({ hasher, org: ORG })
  return { secret, next: { lookup: record.lookup, hash: record.hash, graceUntilMs } }
}

it('a change of a key or its budget is in force on every gateway within a second (P16, P17)', async () => {
  const { directory, makeKey, budget, moveTeam, callers, answeredPerSecond } = await fleet(600_000)
  const secret = await makeKey('ci')
  const decided = callers(secret)
  await warm(decided)
  const then = (change: () => Promise<unknown>) => after(decided, TOLD_MS, change)

  const moved = await then(() => directory.changeKey('ci', { team: 'blue' }))
  expect([statuses(moved.settled), teams(moved.settled)]).toEqual([[200], ['blue']])
  expect(tiers(moved.settled)).toEqual(['wide'])
  const teamMoved = await then(() => moveTeam('blue', 'narrow'))
  expect([statuses(teamMoved.settled), tiers(teamMoved.settled)]).toEqual([[200], ['narrow']])

  const lowered = await then(() => budget('ci', '0.01'))
  expect(statuses(lowered.settled)).toEqual([429])
  const raised = await then(() => budget('ci', '1000'))
  expect(statuses(raised.settled)).toEqual([200])

  const { secret: second, next } = another(Date.now() + 600_000)
  const bySecond = callers(second)
  await until('the new secret is refused before it is one', () =>
    bySecond.every((decisions) => decisions.some(({ status }) => status === 401)),
  )
  const rotated = await after(bySecond, TOLD_MS, () => directory.rotateKey('ci', next))
  expect(statuses(rotated.settled)).toEqual([200])
  expect(statuses((await then(async () => {})).settled)).toEqual([200])

  const third = another(0)
  const ended = await then(() => directory.rotateKey('ci', third.next))
  expect(statuses(ended.settled)).toEqual([401])
  const byThird = callers(third.secret)
  await warm(byThird)
  const revoked = await after(byThird, TOLD_MS, () => directory.revokeKey('ci'))
  expect(statuses(revoked.settled)).toEqual([401])
  const scoped = await directory.changeKey('ci', { scopes: { maxCostNanoUsd: nanoUsd(1) } })
  expect(scoped).toEqual({ status: 'revoked' })
  tellRate(answeredPerSecond)
})

it('the old secret works exactly until its grace ends, whoever remembers it', async () => {
  const { directory, makeKey, callers } = await fleet(600_000)
  const decided = callers(await makeKey('ci'))
  await warm(decided)
  const graceMs = 4_000
  const { settled, meanwhile } = await after(decided, graceMs, () =>
    directory.rotateKey('ci', another(Date.now() + graceMs).next),
  )
  expect(statuses(settled)).toEqual([401])
  expect(meanwhile.filter(({ status }) => status === 200).length).toBeGreaterThan(3)
})

it('with push cut, it is in force at the maximum age', async () => {
  const maxAgeMs = 2_000
  const { server, directory, makeKey, budget, moveTeam, callers, answeredPerSecond } = await fleet(maxAgeMs)
  await server.call('acl', 'setuser', 'default', 'resetchannels')
  const decided = callers(await makeKey('ci'))
  await warm(decided)
  const then = (change: () => Promise<unknown>) => after(decided, maxAgeMs, change)
  const moved = await then(() => directory.changeKey('ci', { team: 'blue' }))
  expect([teams(moved.settled), tiers(moved.settled)]).toEqual([['blue'], ['wide']])
  expect(tiers((await then(() => moveTeam('blue', 'narrow'))).settled)).toEqual(['narrow'])
  expect(statuses((await then(() => budget('ci', '0.01'))).settled)).toEqual([429])
  expect(statuses((await then(() => budget('ci', '1000'))).settled)).toEqual([200])

  const { secret, next } = another(0)
  const byNext = callers(secret)
  await until('the new secret is refused before it is one', () =>
    byNext.every((decisions) => decisions.some(({ status }) => status === 401)),
  )
  const ended = await then(() => directory.rotateKey('ci', next))
  expect(statuses(ended.settled)).toEqual([401])
  expect(statuses((await after(byNext, 0, async () => {})).settled)).toEqual([200])

  // Of a key that has just been looked up, so that it is remembered for nearly all of that time.
  const remembered = callers(await makeKey('cd'))
  await warm(remembered)
  const revoked = await after(remembered, maxAgeMs, () => directory.revokeKey('cd'))
  expect(statuses(revoked.settled)).toEqual([401])
  // Nobody was told: what was remembered was gone by.
  expect(statuses(revoked.meanwhile)).toContain(200)
  tellRate(answeredPerSecond)
})

it('whoever was cut off hears all of it again as soon as it listens', async () => {
  const { server, directory, makeKey, callers } = await fleet(600_000)
  const decided = callers(await makeKey('ci'))
  await warm(decided)
  await server.call('client', 'kill', 'type', 'pubsub')
  const { settled } = await after(decided, TOLD_MS, async () => {
    await directory.revokeKey('ci')
    await until('all listen again', async () => (await listeners(server)) >= decided.length)
  })
  expect(statuses(settled)).toEqual([401])
})
