import { type SimulatedProvider, simulatedProvider } from '@tollgate/testing'

export const LIMIT_USD = 10
/** Priced by its output only, so that the arithmetic can be followed: a token is a tenth of a cent. */
export const MODEL = 'dear'
export const PRICES = { [MODEL]: { input: '0', output: '1000' } }
const USD_PER_TOKEN = 0.001
/** How long the provider takes to answer, ms. */
const LATENCY_MS = 50

/** One call: how long the answer will be, which nobody knows beforehand, and the cap that the client sets. */
export interface Order {
  readonly answerTokens: number
  readonly maxTokens: number
}

/** A way to keep a limit. */
export interface Way {
  /** Make a call, unless the limit stands in its way. */
  ask(order: Order): Promise<'answered' | 'refused'>
  close(): Promise<void>
}

export interface Scene {
  readonly redisUrl: string
  readonly provider: SimulatedProvider
  /** Different in every run, so that runs do not meet each other's counters. */
  readonly run: string
}

export function openProvider(): Promise<SimulatedProvider> {
  return simulatedProvider({ prices: PRICES, latencyMs: LATENCY_MS })
}

export function bodyOf({ answerTokens, maxTokens }: Order): object {
  return {
    model: MODEL,
    max_tokens: maxTokens,
    messages: [{ role: 'user', content: 'Go on.' }],
    metadata: { answer_tokens: String(answerTokens) },
  }
}

/** The most that a call can cost, USD. */
export const worstUsd = ({ maxTokens }: Order): number => maxTokens * USD_PER_TOKEN

/** Call the provider directly; returns what the answer says it costs, USD. */
export async function callProvider({ provider }: Scene, order: Order): Promise<number> {
  const answer = await fetch(`${provider.url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-simulated' },
    body: JSON.stringify(bodyOf(order)),
  })
  const { usage } = (await answer.json()) as { usage: { completion_tokens: number } }
  return usage.completion_tokens * USD_PER_TOKEN
}
