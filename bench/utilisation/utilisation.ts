import type { Ledger } from '@tollgate/kit/ledger'
import { type SimulatedProvider, simulatedProvider } from '@tollgate/testing'
import { gatewayOn } from '../ledger/gateway.ts'
import { servePart } from '../ledger/part.ts'
import { redisStore, sqliteStore } from '../ledger/stores.ts'
import { markdownTable } from '../markdown.ts'
import { answerLengths } from './answer-lengths.ts'
import { streamUntilSpent } from './callers.ts'

/**
 * How much of a budget can be spent when many streams run on it and no client says how long its answer may be. The least
 * that the gateway begins such an answer with is 2,048 tokens of output, some $0.0207; an unknown model may have 4,096.
 */
const CALLERS = 128
const MODEL = 'house-model'
const PRICES = { [MODEL]: { input: '2.50', output: '10.00' } }
/** A hundred times the least, where callers compete; and enough for every caller to have a stream. */
const BUDGETS = [
  { title: '$2.10: 100 × the least', usd: '2.10' },
  { title: '$5.40: 260 × the least', usd: '5.40' },
] as const
/** The model's own speed: half a second until it begins, then 20,000 tokens a second; bytes leave in packets. */
const PACE = { latencyMs: 500, chunkIntervalMs: 0.05, cut: 4096 }

interface Run {
  /** Of the budget. */
  readonly spent: number
  /** Requests that ended when the provider had billed more than the budget. */
  readonly over: number
  readonly answers: number
  /** Of the answers. */
  readonly shortened: number
  readonly putOff: number
  /** The most streams that the provider had open at a time. */
  readonly atOnce: number
}

servePart(async () => {
  const stores = [await redisStore(), sqliteStore()]
  const rows: string[][] = []
  for (const { title, usd } of BUDGETS) {
    for (const { name, ledger } of stores)
      rows.push([`${name}, ${title}`, ...cellsOf(await runOn(ledger, usd))])
  }
  for (const { ledger } of stores) await ledger.close()
  return [
    markdownTable(
      [
        'ledger, budget',
        'spent',
        'requests over',
        'answers',
        'shortened',
        'most streams at once',
        'put off, asked again',
      ],
      rows,
    ),
    '',
    `${CALLERS} callers, streams, no client caps; by the provider's own count, which the books equal to the nano-dollar. Aims: at least 98.7 %, none, at most 2 %.`,
  ].join('\n')
})

async function runOn(ledger: Ledger, limitUsd: string): Promise<Run> {
  const provider = await simulatedProvider({ prices: PRICES, ...PACE })
  const gateway = await gatewayOn({ ledger, provider, prices: PRICES, limitUsd })
  const { whole, shortened, putOff } = await streamUntilSpent(gateway, {
    callers: CALLERS,
    model: MODEL,
    nextLength: answerLengths(),
  })
  const [spent, { nanoUsd }] = [await gateway.spent(), provider.totals()]
  if (spent !== nanoUsd) throw new Error(`the books say ${spent} nano-USD, and the provider ${nanoUsd}`)
  const limitNanoUsd = Number(limitUsd) * 1e9
  const [over, atOnce] = [requestsOver(provider, limitNanoUsd), mostAtOnce(provider)]
  await gateway.close()
  await provider.close()
  const answers = whole + shortened
  return { spent: nanoUsd / limitNanoUsd, over, answers, shortened: shortened / answers, atOnce, putOff }
}

function requestsOver({ requests }: SimulatedProvider, limitNanoUsd: number): number {
  let billed = 0
  return requests
    .toSorted((a, b) => a.endedAtMs! - b.endedAtMs!)
    .filter(({ nanoUsd }) => {
      billed += nanoUsd
      return billed > limitNanoUsd
    }).length
}

function mostAtOnce({ requests }: SimulatedProvider): number {
  const steps = requests.flatMap(({ startedAtMs, endedAtMs }) => [
    { atMs: startedAtMs, open: 1 },
    { atMs: endedAtMs!, open: -1 },
  ])
  let open = 0
  return Math.max(...steps.toSorted((a, b) => a.atMs - b.atMs).map((step) => (open += step.open)))
}

function cellsOf({ spent, over, answers, shortened, atOnce, putOff }: Run): string[] {
  const percent = (part: number) => `${(part * 100).toFixed(2)} %`
  return [percent(spent), String(over), String(answers), percent(shortened), String(atOnce), String(putOff)]
}
