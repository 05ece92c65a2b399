import type { Amounts, Basis, Ledger, Reserve } from '@tollgate/kit/ledger'
import { reservationKeeper } from '@tollgate/kit/ledger'
import { type Provider, SLACK, type Stream } from './provider.ts'
import type { World } from './world.ts'

export const ORG = 'acme'
export const TTL_MS = 20_000

/** What a client asks for: a call that may cost so much at the worst, and would cost that much; nano-USD. */
export interface Demand {
  readonly id: string
  readonly path: Reserve['path']
  readonly worst: number
  readonly costs: number
  /** A first attempt that fails after it was paid for up to here; 0: none. */
  readonly lostAttempt: number
  /** The client goes away after so many parts of the answer. */
  readonly patience: number
}

/** What a gateway owes the books. */
export type Debt =
  | { readonly id: string; readonly kind: 'release' }
  | { readonly id: string; readonly kind: 'settle'; readonly nanoUsd: number; readonly basis: Basis }
  /** The provider's own count, which comes later, in the place of an estimate. */
  | { readonly id: string; readonly kind: 'invoice' }

export interface GatewayOptions {
  readonly world: World
  readonly ledger: Ledger
  readonly provider: Provider
  readonly owner: string
  /** What it owes is written here first, and survives it. */
  readonly disk: Set<Debt>
  /** Die when so many awaits have come back. */
  readonly crashAfter?: number
  readonly onFault: (error: unknown) => void
}

export interface Gateway {
  serve(demand: Demand): void
  crash(): void
  isAlive(): boolean
  /** Awaits that have come back. */
  awaits(): number
}

export const amounts = (usd: number): Amounts => ({ usd, tokens: 0, requests: 1 }) as Amounts

/** An invoice comes when the provider has long stopped. */
const INVOICE_MS = 30_000

/**
 * A gateway as the ledger wants it, without the HTTP: it reserves, and releases and refuses when the answer is unknown;
 * it calls the provider with the cap of the grant, heartbeats while it runs, and settles from a spool that outlives it.
 */
export function startGateway(options: GatewayOptions): Gateway {
  const { world, provider, owner, disk, crashAfter = Infinity, onFault } = options
  let alive = true
  let awaits = 0
  /** The dead send nothing. */
  const ledger = new Proxy(options.ledger, {
    get: (target, name: keyof Ledger) => (alive ? target[name] : () => new Promise(() => {})),
  })
  const random = () => world.random.int(1000) / 1000
  const keeper = reservationKeeper({ ledger, owner, ttlMs: TTL_MS, timers: world.timers, random })

  /** Every await of this program passes here; the dead do not come back from one. */
  function live<Value>(promise: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const comeBack = (go: () => void) => {
        awaits += 1
        if (awaits === crashAfter) alive = false
        if (alive) go()
      }
      promise.then(
        (value) => comeBack(() => resolve(value)),
        (error) => comeBack(() => reject(error)),
      )
    })
  }

  function owe(debt: Debt): void {
    disk.add(debt)
    void pay(debt)
  }

  /** Again and again until the store says that it has it. */
  async function pay(debt: Debt): Promise<void> {
    if (debt.kind === 'invoice') await live(world.sleep(INVOICE_MS))
    for (;;) {
      try {
        await live(command(debt))
        return void disk.delete(debt)
      } catch {
        await live(world.sleep(1000))
      }
    }
  }

  function command(debt: Debt): Promise<unknown> {
    const { id } = debt
    if (debt.kind === 'release') return ledger.release(ORG, id)
    const { nanoUsd, basis } =
      debt.kind === 'settle' ? debt : { nanoUsd: provider.billed.get(id) ?? 0, basis: 'exact' as const }
    return ledger.settle({ org: ORG, id, actual: amounts(nanoUsd), basis })
  }

  async function serve(demand: Demand): Promise<void> {
    const { id, path, worst, costs, patience } = demand
    let granted: number
    try {
      const asked = { min: amounts(Math.ceil(worst / 4)), want: amounts(worst), bound: 'proven' } as const
      const reply = await live(
        ledger.reserve({ org: ORG, id, path, ...asked, ttlMs: TTL_MS, owner, memo: MEMO }),
      )
      if (reply.status !== 'ok') return
      granted = reply.granted.usd
    } catch {
      // Whether it was reserved is not known: nobody is to pay for it, and nothing is sent.
      return owe({ id, kind: 'release' })
    }
    let lost = 0
    let received = () => 0
    keeper.track(ORG, id, () => amounts(lost + received()))
    if (demand.lostAttempt > 0) {
      lost = Math.min(demand.lostAttempt, granted)
      await readAll(provider.generate({ request: id, costs: lost, cap: lost }))
      granted = await extended(demand, { granted, lost })
    }
    const stream = provider.generate({ request: id, costs, cap: granted - lost })
    received = stream.received
    const whole = await readAll(stream, patience)
    keeper.untrack(ORG, id)
    if (whole) return owe({ id, kind: 'settle', nanoUsd: lost + received(), basis: 'exact' })
    const estimate = Math.min(lost + received() + SLACK, granted)
    stream.abort()
    owe({ id, kind: 'settle', nanoUsd: estimate, basis: 'estimated' })
    owe({ id, kind: 'invoice' })
  }

  /** Another attempt must be paid for as well. When nothing is known of that, what is held is all there is. */
  async function extended(
    { id, worst }: Demand,
    { granted, lost }: { readonly granted: number; readonly lost: number },
  ): Promise<number> {
    const total = amounts(lost + worst)
    const asked = { min: total, want: total, consumed: amounts(lost), ttlMs: TTL_MS }
    try {
      const reply = await live(ledger.extend({ org: ORG, id, ...asked }))
      return 'granted' in reply ? reply.granted.usd : granted
    } catch {
      return granted
    }
  }

  /** Read an answer to its end, or for as many parts as the client stays for: then it is not whole. */
  async function readAll(stream: Stream, patience = Infinity): Promise<boolean> {
    for (let parts = 0; parts < patience; parts++) {
      if ((await live(stream.next())) === undefined) return true
    }
    return false
  }

  for (const debt of disk) void pay(debt)
  return {
    serve: (demand) => void serve(demand).catch(onFault),
    crash() {
      alive = false
    },
    isAlive: () => alive,
    awaits: () => awaits,
  }
}

const MEMO = { requestId: 'req', model: 'm', priceVersion: 'v' }
