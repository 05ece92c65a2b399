import type { World } from './world.ts'

export interface Generation {
  readonly request: string
  /** What it would cost if nothing stopped it, and the most that it may cost: nano-USD. */
  readonly costs: number
  readonly cap: number
}

/** One answer as it is generated. */
export interface Stream {
  /** The cost of the next part; undefined at the end. */
  next(): Promise<number | undefined>
  /** The cost of all parts that have come, read or not. */
  received(): number
  /** Nobody reads on. Before the provider notices it generates up to {@link SLACK} more. */
  abort(): void
}

export interface Provider {
  generate(generation: Generation): Stream
  /** What it has billed, by request: the truth. */
  readonly billed: ReadonlyMap<string, number>
}

/** Of what a provider generates after an abort. */
export const SLACK = 50

/** Bills each part in the moment it generates it, and honours the cap; whether anybody reads is not its concern. */
export function createProvider(world: World, onBilled: (request: string, nanoUsd: number) => void): Provider {
  const { random } = world
  const billed = new Map<string, number>()

  function bill(request: string, nanoUsd: number): void {
    billed.set(request, (billed.get(request) ?? 0) + nanoUsd)
    onBilled(request, nanoUsd)
  }

  function generate({ request, costs, cap }: Generation): Stream {
    const parts: (number | undefined)[] = []
    let left = Math.min(costs, cap)
    let received = 0
    let wake = () => {}

    function step(): void {
      const part = Math.min(left, 1 + random.int(Math.ceil(costs / 3)))
      if (part > 0) bill(request, part)
      left -= part
      received += part
      parts.push(part)
      if (left > 0) world.after(50 + random.int(400), step)
      else parts.push(undefined)
      wake()
    }
    world.after(20 + random.int(200), step)

    return {
      async next() {
        if (parts.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        return parts.shift()
      },
      received: () => received,
      abort() {
        left = Math.min(left, random.int(SLACK + 1))
      },
    }
  }

  return { generate, billed }
}
