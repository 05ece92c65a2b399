import { nanoToUsd } from '@tollgate/kit/core'
import type { Ledger } from '@tollgate/kit/ledger'
import { simulatedProvider } from '@tollgate/testing'
import { gatewayOn } from '../ledger/gateway.ts'
import { servePart } from '../ledger/part.ts'
import { sqliteStore } from '../ledger/stores.ts'
import { markdownTable } from '../markdown.ts'

/**
 * Streams in `tight` mode that would be far longer than their budget pays for, each on a budget of its own. What the provider
 * has billed beyond the budget, when it has noticed the abort, is the ε of a stream: `docs/reference/guarantees.md`, G2.
 */
const STREAMS = 8
const MODEL = 'gpt-4o-mini'
const PRICES = { [MODEL]: { input: '1', output: '10' } }
/** Pays for 600 tokens of output, less the input; the answers would have 4,000. */
const LIMIT_USD = '0.006'
const LIMIT_NANO_USD = 6_000_000
const NANO_USD_PER_TOKEN = 10_000
const ANSWER_TOKENS = 4_000
/** Tokens a second: what models do, what the fastest do, and far more than any. */
const SPEEDS = [50, 200, 500, 1_000, 2_000, 5_000]
/** Of all streams at once: provider and gateway share this process, which must not be what is measured. */
const MOST_TOKENS_PER_SECOND = 2_000

/** What became of one stream, nano-USD. */
interface Cut {
  readonly billed: number
  readonly booked: number
}

servePart(async () => {
  const { ledger, name } = sqliteStore()
  const rows: string[][] = []
  for (const speed of SPEEDS) {
    const cuts = await cutsAt(ledger, speed)
    rows.push([speed.toLocaleString('en-US'), ...cellsOf(cuts)])
  }
  await ledger.close()
  return [
    markdownTable(
      [
        'tokens a second',
        'of the budget, least',
        'most',
        'ε: tokens beyond it, most',
        'USD',
        'billed in no books',
      ],
      rows,
    ),
    '',
    `At least ${STREAMS} streams for each speed, ${name}; by the provider's own count. The provider is on this machine: to each ε of one that is further away comes what it generates in the time that an abort takes to it, as far as that is more than a second.`,
  ].join('\n')
})

async function cutsAt(ledger: Ledger, speed: number): Promise<Cut[]> {
  const atOnce = Math.min(STREAMS, Math.max(1, Math.floor(MOST_TOKENS_PER_SECOND / speed)))
  const cuts: Cut[] = []
  while (cuts.length < STREAMS)
    cuts.push(...(await Promise.all(Array.from({ length: atOnce }, () => cutAt(ledger, speed)))))
  return cuts
}

async function cutAt(ledger: Ledger, tokensPerSecond: number): Promise<Cut> {
  const provider = await simulatedProvider({ prices: PRICES, chunkIntervalMs: 1_000 / tokensPerSecond })
  const gateway = await gatewayOn({
    ledger,
    provider,
    prices: PRICES,
    limitUsd: LIMIT_USD,
    enforcement: 'tight',
  })
  const answer = await gateway.post({
    model: MODEL,
    stream: true,
    max_tokens: ANSWER_TOKENS,
    messages: [{ role: 'user', content: 'Tell me about the sea.' }],
    metadata: { answer_tokens: String(ANSWER_TOKENS) },
  })
  const text = await answer.text()
  if (!text.includes('"budget_exceeded"')) throw new Error(`was not cut: ${text.slice(-500)}`)
  await provider.waitFor(({ requests }) => requests.every(({ outcome }) => outcome !== 'open'))
  const booked = await gateway.spentAtRest()
  await gateway.close()
  await provider.close()
  return { billed: provider.totals().nanoUsd, booked }
}

function cellsOf(cuts: readonly Cut[]): string[] {
  const billed = cuts.map((cut) => cut.billed)
  const beyond = Math.max(0, Math.max(...billed) - LIMIT_NANO_USD)
  const unbooked = Math.max(...cuts.map((cut) => Math.max(0, cut.billed - cut.booked)))
  const share = (amount: number) => `${((100 * amount) / LIMIT_NANO_USD).toFixed(1)} %`
  return [
    share(Math.min(...billed)),
    share(Math.max(...billed)),
    String(Math.ceil(beyond / NANO_USD_PER_TOKEN)),
    `$${nanoToUsd(beyond)}`,
    `$${nanoToUsd(unbooked)}`,
  ]
}
