import { setTimeout as pause } from 'node:timers/promises'
import type { SimulatedProvider } from '@tollgate/testing'
import type { Order, Way } from './scene.ts'

/** How long a caller waits after a refusal, ms: as clients do, and not all at the same moment. */
const BACK_OFF_MS = 50

/** Callers who ask again and again, all at the same time, until nothing that runs could leave anything for them. */
export async function callers(
  many: number,
  way: Way,
  provider: SimulatedProvider,
  nextOrder: () => Order,
): Promise<void> {
  let answered = 0
  const caller = async () => {
    for (;;) {
      const before = answered
      if ((await way.ask(nextOrder())) === 'answered') answered += 1
      else {
        await pause(BACK_OFF_MS * (0.5 + Math.random()))
        const running = provider.requests.some(({ outcome }) => outcome === 'open')
        if (answered === before && !running) return
      }
    }
  }
  await Promise.all(Array.from({ length: many }, caller))
}
