import type { MakeLedger } from '@tollgate/kit/conformance'
import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import { auditBooks } from './audit.ts'
import {
  type Debt,
  type Demand,
  type Gateway,
  type GatewayOptions,
  ORG,
  startGateway,
  TTL_MS,
} from './gateway.ts'
import { createMeter } from './meter.ts'
import { createNetwork, FAIR, FOUL, type Network } from './network.ts'
import { createProvider } from './provider.ts'
import { createWorld, type World } from './world.ts'

export interface SimulationOptions {
  readonly seed: number
  readonly make: MakeLedger
  /** Lost, doubled and late messages; a store that restarts; a clock that steps; gateways that die and come back. */
  readonly faults: boolean
  readonly requests?: number
  /** The first gateway dies when so many of its awaits have come back. */
  readonly crashAfter?: number
}

/** What a run came to, by the provider's meter and by the books. */
export interface Outcome {
  /** Everything that went wrong: nothing, if the ledger is what it says. */
  readonly wrong: readonly string[]
  readonly admitted: number
  readonly unconfirmed: number
  readonly crashes: number
  /** How much was billed of the limit that was used most; 1 is all of it. */
  readonly used: number
  /** Awaits of the first gateway. */
  readonly awaits: number
}

const LIMITS: Readonly<Record<AccountId, readonly [limit: number, window: 'hour' | 'day' | 'total']>> = {
  [`org:${ORG}`]: [12_000, 'hour'],
  'team:a': [7000, 'day'],
  'team:b': [8000, 'day'],
  'key:1': [9000, 'total'],
  'key:2': [4000, 'hour'],
}
const ACCOUNTS = Object.keys(LIMITS) as AccountId[]
const GATEWAYS = 3

/** Gateways, a store, a provider and what befalls them: the same for the same seed, event by event. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const { seed, make, faults, requests = 100, crashAfter } = options
  const world = createWorld(seed)
  const store = await openStore(world, make)
  const meter = createMeter()
  const provider = createProvider(world, meter.bill)
  const network = createNetwork(world)
  const onFault = (error: unknown) => void meter.wrong.push(String(error))
  const ledger = network.remote(() => meter.watching(store.ledger))
  const hosts = Array.from({ length: GATEWAYS }, (_, at) =>
    startHost(`gateway-${at}`, { world, ledger, provider, onFault }, at === 0 ? crashAfter : undefined),
  )
  const first = hosts[0]!.gateway()

  network.weather = faults ? FOUL : FAIR
  for (let at = 0; at < requests; at++) {
    await world.runUntil(world.clock.now() + world.random.int(2400))
    world.random
      .pick(hosts)
      .gateway()
      .serve(drawDemand(world, `r${at}`))
    if (faults) befall(world, { store, network, hosts })
    for (const host of hosts) host.restart()
  }
  // The weather clears and everybody goes home: what is owed is paid, and what is dead expires.
  network.weather = FAIR
  await store.come(network)
  for (let rest = 0; rest < 15; rest++) {
    for (const host of hosts) host.restart()
    await world.runUntil(world.clock.now() + TTL_MS)
  }
  for (const { disk } of hosts)
    for (const debt of disk) meter.wrong.push(`never paid: ${JSON.stringify(debt)}`)
  const unconfirmed = await auditBooks({ ledger: store.ledger, provider, meter, accounts: ACCOUNTS })
  await store.ledger.close()
  return {
    wrong: meter.wrong,
    admitted: meter.admitted.size,
    unconfirmed,
    crashes: hosts.reduce((sum, { crashes }) => sum + crashes(), 0),
    used: meter.largestShare(),
    awaits: first.awaits(),
  }
}

interface Store {
  ledger: Ledger
  /** How far its clock is off. */
  skewMs: number
  /** Die in the middle of everything: its books are opened again later. */
  go(network: Network): void
  come(network: Network): Promise<void>
}

async function openStore(world: World, make: MakeLedger): Promise<Store> {
  const clock = { now: () => world.clock.now() + store.skewMs }
  const store: Store = {
    ledger: undefined as unknown as Ledger,
    skewMs: 0,
    go(network) {
      network.storeIsUp = false
      world.after(2000 + world.random.int(5000), () => store.come(network))
    },
    async come(network) {
      if (!network.storeIsUp && made.reopen) store.ledger = await made.reopen()
      network.storeIsUp = true
    },
  }
  const made = await make({ clock, budgets: [] })
  store.ledger = made.ledger
  for (const account of ACCOUNTS) {
    const [limit, window] = LIMITS[account]!
    const budget = { id: 'cap', metric: 'usd', window, timeZone: 'UTC', limit, mode: 'hard' } as const
    await store.ledger.provision(ORG, account, [budget])
  }
  return store
}

interface Host {
  gateway(): Gateway
  /** If it has died: as somebody else, with the same disk. */
  restart(): void
  crashes(): number
  readonly disk: ReadonlySet<Debt>
}

function startHost(
  name: string,
  options: Omit<GatewayOptions, 'owner' | 'disk' | 'crashAfter'>,
  crashAfter: number | undefined,
): Host {
  const disk = new Set<Debt>()
  const boot = (owner: string, dies: number | undefined) =>
    startGateway({ ...options, disk, owner, ...(dies !== undefined && { crashAfter: dies }) })
  let crashes = 0
  let gateway = boot(`${name}/0`, crashAfter)
  return {
    disk,
    gateway: () => gateway,
    crashes: () => crashes,
    restart() {
      if (gateway.isAlive()) return
      crashes += 1
      gateway = boot(`${name}/${crashes}`, undefined)
    },
  }
}

function drawDemand({ random }: World, id: string): Demand {
  const worst = 100 + random.int(1500)
  const costs = random.pick([worst, 2 * worst, random.int(worst), random.int(worst)])
  return {
    id,
    worst,
    costs,
    path: [`org:${ORG}`, random.pick(['team:a', 'team:b']), random.pick(['key:1', 'key:2'])],
    lostAttempt: random.chance(0.2) ? random.int(worst) : 0,
    patience: random.chance(0.3) ? random.int(4) : Infinity,
  }
}

interface Victims {
  readonly store: Store
  readonly network: Network
  readonly hosts: readonly Host[]
}

function befall({ random }: World, { store, network, hosts }: Victims): void {
  if (random.chance(0.1)) random.pick(hosts).gateway().crash()
  if (random.chance(0.03) && network.storeIsUp) store.go(network)
  // Never back by more than the minute beyond which nothing is reserved: an outage tries nothing.
  if (random.chance(0.05)) store.skewMs = random.int(60_000) - 30_000
}
