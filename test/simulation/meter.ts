import type { AccountId, Ledger } from '@tollgate/kit/ledger'
import { ORG } from './gateway.ts'

/** What the provider bills, held against every limit that the request was admitted under. */
export interface Meter {
  bill(request: string, nanoUsd: number): void
  /** The same ledger; what it admits is noted. */
  watching(ledger: Ledger): Ledger
  /** Everything that went wrong. */
  readonly wrong: string[]
  readonly admitted: ReadonlyMap<string, readonly AccountId[]>
  /** How much of the limit that was used most has been billed; 1 is all of it. */
  largestShare(): number
}

/** One window of one budget. */
interface Purse {
  readonly name: string
  readonly limit: number
  billed: number
}

export function createMeter(): Meter {
  const wrong: string[] = []
  const purses = new Map<string, Purse>()
  const pursesOf = new Map<string, readonly Purse[]>()
  const admitted = new Map<string, readonly AccountId[]>()

  function purse(name: string, limit: number): Purse {
    const known = purses.get(name) ?? { name, limit, billed: 0 }
    purses.set(name, known)
    return known
  }

  /** In the moment of its admission the windows of now are the ones that pay for it. */
  async function note(ledger: Ledger, id: string, path: readonly AccountId[]): Promise<void> {
    const lines = (await ledger.read(ORG, path)).flatMap(({ budgets }) => budgets)
    admitted.set(id, path)
    pursesOf.set(
      id,
      lines.map(({ account, resetAtMs, limit }) => purse(`${account} until ${resetAtMs}`, limit)),
    )
    for (const { account, spent, reserved, limit } of lines) {
      if (spent + reserved > limit) wrong.push(`admitted ${id} with ${spent} + ${reserved} on ${account}`)
    }
  }

  return {
    wrong,
    admitted,
    bill(request, nanoUsd) {
      for (const one of pursesOf.get(request) ?? []) {
        one.billed += nanoUsd
        if (one.billed > one.limit)
          wrong.push(`${one.name}: ${one.billed} of ${one.limit} billed by ${request}`)
      }
      if (!pursesOf.has(request)) wrong.push(`${request} was generated and never admitted`)
    },
    watching: (ledger) => ({
      ...ledger,
      async reserve(command) {
        const reply = await ledger.reserve(command)
        if (reply.status === 'ok' && !reply.repeat) await note(ledger, command.id, command.path)
        return reply
      },
    }),
    largestShare: () => Math.max(...[...purses.values()].map(({ billed, limit }) => billed / limit)),
  }
}
