import type { Ledger } from '@tollgate/kit/ledger'
import type { World } from './world.ts'

/** What goes wrong between a gateway and its store, as probabilities for each message. */
export interface Weather {
  readonly lost: number
  readonly doubled: number
  /** Delayed by seconds: overtaken by later messages, and arriving when nobody waits for them any more. */
  readonly late: number
}

export const FAIR: Weather = { lost: 0, doubled: 0, late: 0 }
export const FOUL: Weather = { lost: 0.08, doubled: 0.1, late: 0.08 }

export interface Network {
  weather: Weather
  /** While the store is away, nothing that arrives there is answered. */
  storeIsUp: boolean
  /** The store as a gateway has it. */
  remote(store: () => Ledger): Ledger
}

/** After so long a gateway gives a command up; what it did is then unknown. */
const DEADLINE_MS = 500

export function createNetwork(world: World): Network {
  const { random } = world
  const network: Network = { weather: FAIR, storeIsUp: true, remote }

  /** How long each copy of a message is under way; none for one that is lost. */
  function copies(): number[] {
    const { lost, doubled, late } = network.weather
    if (random.chance(lost)) return []
    const delay = () => 1 + random.int(random.chance(late) ? 5000 : 10)
    return random.chance(doubled) ? [delay(), delay()] : [delay()]
  }

  function call<Reply>(command: () => Promise<Reply>): Promise<Reply> {
    return new Promise((resolve, reject) => {
      for (const thereMs of copies()) {
        world.after(thereMs, async () => {
          if (!network.storeIsUp) return
          const reply = await command()
          for (const backMs of copies()) world.after(backMs, () => resolve(reply))
        })
      }
      world.after(DEADLINE_MS, () => reject(new Error('no answer within the deadline')))
    })
  }

  function remote(store: () => Ledger): Ledger {
    return new Proxy({} as Ledger, {
      get:
        (_, name: keyof Ledger) =>
        (...args: unknown[]) =>
          call(() => (store()[name] as (...given: unknown[]) => Promise<unknown>)(...args)),
    })
  }

  return network
}
