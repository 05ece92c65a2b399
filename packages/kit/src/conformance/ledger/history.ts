import type { AccountId, AccountState, Amounts, Ledger } from '../../ledger/ledger.ts'
import { amounts, type Bench, type Runner, TTL_MS } from './bench.ts'
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
const STEPS = 120

interface Played {
  /** The books when everybody has stopped, dead requests charged in full. */
  readonly abandoned: readonly AccountState[]
  /** The books when the late truth about the dead requests has come in. */
  readonly final: readonly AccountState[]
  /** By the provider's own count. */
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
    const booked = once!.final.filter(({ account }) => account.startsWith('key:'))
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
      await bench.provision(account)
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
    const beats = running.map(({ id, generated }) => ({ id, observed: amounts(generated) }))
    await deliver(() => ledger.heartbeat(beats, TTL_MS))
    await deliver(() => ledger.expire())
  }
  for (const request of running) await finish(ledger, { deliver, random, request })
  clock.nowMs += TTL_MS
  await deliver(() => ledger.expire())
  const abandoned = await ledger.accounts()
  for (const request of dead) await finish(ledger, { deliver, random, request })
  const final = await ledger.accounts()
  clock.nowMs = startMs
  return { abandoned, final, generated }
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
  const reply = await deliver(() => bench.reserve({ id, path, min, want }))
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
      request.generated += random.int(request.held.usd - request.generated + 1)
      return 'dead'
    default:
      await finish(bench.ledger, step)
      return 'ended'
  }
}

async function finish(ledger: Ledger, { deliver, random, request }: Step): Promise<void> {
  const { id, generated } = request
  const actual = amounts(generated, random.int(50), 1)
  if (generated === 0 && random.chance(0.5)) return void (await deliver(() => ledger.release(id)))
  if (random.chance(0.3)) {
    const guess = amounts(random.int(request.held.usd + 1))
    await deliver(() => ledger.settle({ id, actual: guess, basis: 'estimated' }))
  }
  await deliver(() => ledger.settle({ id, actual, basis: 'exact' }))
}
