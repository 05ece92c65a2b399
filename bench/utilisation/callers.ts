import { setTimeout as pause } from 'node:timers/promises'
import type { Gateway } from '../ledger/gateway.ts'

export interface Answers {
  readonly whole: number
  /** Ended by the cap that the gateway set, not by the model. */
  readonly shortened: number
  /** Refused while running requests held what was left, and asked again. */
  readonly putOff: number
}

/** How long a caller waits when running requests hold what is left, ms. */
const BACK_OFF_MS = 1000

/** Callers without a cap of their own, each with one stream after another, until the budget has no room for one more. */
export async function streamUntilSpent(
  gateway: Gateway,
  { callers, model, nextLength }: { callers: number; model: string; nextLength: () => number },
): Promise<Answers> {
  const count = { whole: 0, shortened: 0, putOff: 0 }
  const caller = async () => {
    for (;;) {
      const answer = await gateway.post({
        model,
        stream: true,
        messages: [{ role: 'user', content: 'Tell me about the sea.' }],
        metadata: { answer_tokens: String(nextLength()) },
      })
      const text = await answer.text()
      if (text.includes('"budget_exceeded"')) return
      if (text.includes('"finish_reason":"stop"')) count.whole += 1
      else if (text.includes('"finish_reason":"length"')) count.shortened += 1
      else if (text.includes('"budget_reserved"')) {
        count.putOff += 1
        await pause(BACK_OFF_MS * (0.5 + Math.random()))
      } else throw new Error(`the gateway answered ${answer.status}: ${text.slice(0, 500)}`)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return count
}
