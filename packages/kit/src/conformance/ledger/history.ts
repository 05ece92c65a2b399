import type { AccountId, AccountState, Amounts, Ledger } from '../../ledger/ledger.ts'
import { amounts, type Bench, CENT, ORG, type Runner, TTL_MS } from './bench.ts'
import { type Random, randomFrom } from './random.ts'

/**
 * No model of the ledger, only a provider that counts what it generates. A random history is played once as it is, once
 * with every command given twice in the same moment, and once with every first reply lost and the command given again.
 * The books must come out the same each time, and each request must be charged what the provider generated for it; its
 * own account says so, since every request has one.
 */

type Delivery = <Reply>(command: () => Promise<Reply>) => Promise<Reply>

const DELIVERIES: Readonly<Record<string, Delivery>> = {
  once: (command) => command(),
  async doubled(command) {
    const [reply] = await Promise.all([command(), command()])
    return reply!
  },
  async 'lost and retried'(command) {
    await command()
    return command()
  },
}

const TEAMS: readonly AccountId[] = ['team:a', 'team:b', 'team:c']
const OWNERS = ['one', 'two'] as const
const STEPS = 120
const CREDIT = { org: ORG, account: TEAMS[0]!, budget: 'total', reason: 'a credit' }

interface Played {
  /** The books when everybody has stopped, dead requests charged in full. */
  readonly abandoned: readonly AccountState[]
  /** The books when the late truth about the dead requests has come in. */
  readonly final: readonly AccountState[]
  /** By the provider's own count, at these two moments. */
  readonly generatedByThen: ReadonlyMap<AccountId, number>
  readonly generated: ReadonlyMap<AccountId, number>
}

export function historyCase(seed: number) {
  return async (bench: Bench, expect: Runner['expect']): Promise<void> => {
    const played: Played[] = []
    for (const deliver of Object.values(DELIVERIES)) {
      played.push(await play(await bench.another({}), deliver, randomFrom(seed)))
    }
    const [once, ...others] = played
    for (const other of others) expect(other).toEqual(once)
    const isKey = ({ account }: AccountState) => account.startsWith('key:')
    for (const { account, spent } of once!.abandoned.filter(isKey)) {
      expect([account, spent >= once!.generatedByThen.get(account)!]).toEqual([account, true])
    }
    const booked = once!.final.filter(isKey)
    expect(new Map(booked.map(({ account, spent }) => [account, spent]))).toEqual(once!.generated)
    for (const { reserved, unconfirmed } of once!.final) expect([reserved, unconfirmed]).toEqual([0, 0])
    const all = [...once!.generated.values()].reduce((sum, cost) => sum + cost, 0)
    expect(once!.final.find(({ account }) => account === 'org:acme')).toMatchObject({ spent: all })
  }
}

async function play(bench: Bench, deliver: Delivery, random: Random): Promise<Played> {
  const { ledger, clock } = bench
  const startMs = clock.nowMs
  await bench.provision(
    'org:acme',
    { limit_usd: '3.00', period: 'hourly' },
    { limit_tokens: 4000, period: 'daily' },
  )
  for (const team of TEAMS) await bench.provision(team, { limit_usd: '1.50', period: 'daily' })
  const generated = new Map<AccountId, number>()
  const running: Request[] = []
  const dead: Request[] = []
  for (let step = 0; step < STEPS; step++) {
    if (running.length < 3 || random.chance(0.4)) {
      const account: AccountId = `key:${step}`
      await deliver(() => bench.provision(account))
      generated.set(account, 0)
      const request = await begin(bench, { deliver, random, account, id: `r${step}` })
      if (request) running.push(request)
    } else {
      const request = running.splice(random.int(running.length), 1)[0]!
      const outcome = await proceed(bench, { deliver, random, request })
      if (outcome === 'running') running.push(request)
      if (outcome === 'dead') dead.push(request)
      generated.set(request.account, request.generated)
    }
    clock.nowMs += random.int(20_000)
    // A request that misses its heartbeats for long enough expires, and is revived by the next.
    const heard = running.filter(() => random.chance(0.2))
    const beats = heard.map(({ id, generated }) => ({ id, observed: amounts(generated) }))
    await deliver(() => ledger.heartbeat(ORG, beats, TTL_MS))
    await deliver(() => ledger.expire())
  }
  const finishAll = async (requests: readonly Request[]) => {
    for (const request of requests) {
      await finish(ledger, { deliver, random, request })
      generated.set(request.account, request.generated)
    }
  }
  await finishAll(running)
  clock.nowMs += TTL_MS
  await deliver(() => ledger.expire())
  await deliver(() => ledger.adjust({ ...CREDIT, id: 'credit', delta: -CENT }))
  const abandoned = await ledger.accounts()
  const generatedByThen = new Map(generated)
  await deliver(() => ledger.adjust({ ...CREDIT, id: 'taken back', delta: CENT }))
  // An operator decides about some of the dead; the truth comes about all of them.
  await deliver(() => ledger.settleExpired('observed', { org: ORG, owner: OWNERS[0] }))
  await finishAll(dead)
  const final = await ledger.accounts()
  clock.nowMs = startMs
  return { abandoned, final, generatedByThen, generated }
}

/** One request, and what the provider has generated for it so far, in nano-USD. */
interface Request {
  readonly id: string
  readonly account: AccountId
  held: Amounts
  generated: number
}

interface Beginning {
  readonly deliver: Delivery
  readonly random: Random
  readonly account: AccountId
  readonly id: string
}

async function begin(
  bench: Bench,
  { deliver, random, account, id }: Beginning,
): Promise<Request | undefined> {
  const want = amounts(1 + random.int(400_000_000), random.int(300), 1)
  const min = amounts(random.int(want.usd), random.int(want.tokens + 1), 1)
  const path: AccountId[] = ['org:acme', random.pick(TEAMS), account]
  const owner = random.pick(OWNERS)
  const isOvertaken = random.chance(0.1)
  // Given up before it arrived: whatever it is answered, nobody will pay for it.
  if (isOvertaken) await deliver(() => bench.release(id))
  const reply = await deliver(() => bench.reserve({ id, path, min, want, owner }))
  if (isOvertaken) return undefined
  return reply.status === 'ok' ? { id, account, held: reply.granted, generated: 0 } : undefined
}

interface Step {
  readonly deliver: Delivery
  readonly random: Random
  readonly request: Request
}

async function proceed(bench: Bench, step: Step): Promise<'running' | 'dead' | 'ended'> {
  const { deliver, random, request } = step
  switch (random.int(5)) {
    case 0: {
      const total = amounts(request.held.usd + random.int(100_000_000), request.held.tokens, 1)
      const consumed = amounts(request.generated)
      const reply = await deliver(() => bench.extend({ id: request.id, min: total, want: total, consumed }))
      if ('granted' in reply) request.held = reply.granted
      return 'running'
    }
    case 1:
      request.generated += random.int(request.held.usd - request.generated + 1)
      return 'running'
    case 2:
      if (random.chance(0.7)) request.generated += random.int(request.held.usd - request.generated + 1)
      return 'dead'
    default:
      await finish(bench.ledger, step)
      return 'ended'
  }
}

async function finish(ledger: Ledger, { deliver, random, request }: Step): Promise<void> {
  const { id } = request
  // Now and then a provider generates more than was paid for, or work goes on after a release.
  if (random.chance(0.1)) request.generated += random.int(CENT)
  if (request.generated === 0 || random.chance(0.1)) await deliver(() => ledger.release(ORG, id))
  if (request.generated === 0) return
  const isGuessed = random.chance(0.3)
  if (isGuessed) {
    const guess = amounts(random.int(request.held.usd + 1))
    await deliver(() => ledger.settle({ org: ORG, id, actual: guess, basis: 'estimated' }))
  }
  // An estimate that nobody corrects is the charge.
  const basis = !isGuessed && random.chance(0.2) ? 'estimated' : 'exact'
  const actual = amounts(request.generated, random.int(50), 1)
  await deliver(() => ledger.settle({ org: ORG, id, actual, basis }))
}
