import { nameOf } from './rates.ts'
import type { SlotRequest, Slots } from './slots.ts'

interface Owed {
  readonly request: SlotRequest
  readonly usedTokens: number
}

/** Requests that wait to be given back; the slots of any more come free when their leases end. */
const MAX_OWED = 10_000

/**
 * Slots that another store stands in for while the first is away: limits are no money, and whoever may spend is not to be
 * kept from it by them. What was taken from the stand-in is given back to it; what the first does not take back now, it is
 * given when it answers again.
 */
export function insuredSlots(slots: Slots, insurance: Slots): Slots {
  const insured = new Set<string>()
  const owed = new Map<string, Owed>()
  const idOf = ({ org, id }: SlotRequest) => nameOf(org, id)

  async function giveOrOwe(request: SlotRequest, usedTokens: number): Promise<void> {
    try {
      await slots.give(request, usedTokens)
    } catch {
      if (owed.size < MAX_OWED) owed.set(idOf(request), { request, usedTokens })
    }
  }

  /** It answers again. */
  function payOwed(): void {
    if (owed.size === 0) return
    const all = [...owed.values()]
    owed.clear()
    for (const { request, usedTokens } of all) void giveOrOwe(request, usedTokens)
  }

  return {
    async take(request, dry) {
      try {
        const answer = await slots.take(request, dry)
        payOwed()
        return answer
      } catch {
        // Only its answer may have been lost: then it holds slots that nobody would give back.
        if (!dry) void giveOrOwe(request, 0)
        const answer = await insurance.take(request, dry)
        if (answer.status === 'taken' && !dry) insured.add(idOf(request))
        return answer
      }
    },

    async give(request, usedTokens) {
      if (insured.delete(idOf(request))) return insurance.give(request, usedTokens)
      await giveOrOwe(request, usedTokens)
    },

    async hold(org, requests) {
      const here = requests.filter(({ id }) => insured.has(nameOf(org, id)))
      const there = requests.filter(({ id }) => !insured.has(nameOf(org, id)))
      if (here.length > 0) await insurance.hold(org, here)
      if (there.length > 0) await slots.hold(org, there)
    },

    async shut(org, caller, terms) {
      try {
        return await slots.shut(org, caller, terms)
      } catch {
        return insurance.shut(org, caller, terms)
      }
    },

    async close() {
      await slots.close()
      await insurance.close()
    },
  }
}
