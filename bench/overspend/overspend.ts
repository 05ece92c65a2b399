import { redisUrl, servePart } from '../ledger/part.ts'
import { markdownTable } from '../markdown.ts'
import { seededRandom, spread } from '../statistics.ts'
import { callers } from './callers.ts'
import { checkThenRecord } from './check-then-record.ts'
import { reserveAndResize } from './reserve-and-resize.ts'
import { LIMIT_USD, type Order, openProvider, type Scene, type Way } from './scene.ts'
import { tollgate } from './tollgate.ts'

/** What becomes of a limit of $10 under calls of some $0.50 each: three ways of keeping it, by the provider's own count. */
const WAYS: readonly { readonly title: string; readonly open: (scene: Scene) => Promise<Way> }[] = [
  { title: 'check, then record', open: checkThenRecord },
  {
    title: 'a reservation per counter, resized to what remains (our emulation of the pattern)',
    open: reserveAndResize,
  },
  { title: 'Tollgate', open: tollgate },
]
const CALLERS = [10, 100, 500] as const
const ROUNDS = 3
/** Answers of $0.25 to $0.75 under a cap of $1.00. */
const [LEAST_TOKENS, MOST_TOKENS, CAP] = [250, 750, 1000]
/** Two calls, one after the other: the second finds one cent, and costs a thousand times as much. */
const NEARLY_ALL: Order = { answerTokens: 9990, maxTokens: 9990 }
const FAR_MORE: Order = { answerTokens: 10_000, maxTokens: 10_000 }

const provider = await openProvider()
let runs = 0

servePart(async () => {
  const rows: string[][] = []
  for (const { title, open } of WAYS) {
    const cells: string[] = []
    for (const many of CALLERS) {
      const factors: number[] = []
      for (let round = 0; round < ROUNDS; round += 1) {
        factors.push(await spendOf(open, (way) => callers(many, way, provider, orders(round))))
      }
      cells.push(`${spread(factors)} ×`)
    }
    const lastCent = await spendOf(open, async (way) => {
      await way.ask(NEARLY_ALL)
      await way.ask(FAR_MORE)
    })
    rows.push([title, ...cells, `**${lastCent.toFixed(2)}** ×`])
  }
  await provider.close()
  return [
    markdownTable(['', ...CALLERS.map((many) => `${many} callers`), '$9.99, then a call of $10.00'], rows),
    '',
    `Spend as a factor of the limit of $${LIMIT_USD}, by the simulated provider's own count. Answers cost $0.25 to $0.75 at random (the same in every row), the client's cap makes $1.00 the worst case, an answer takes 50 ms, and who is refused asks again until nothing runs. Medians of ${ROUNDS} runs (least–greatest).`,
  ].join('\n')
})

/** What the provider has billed meanwhile, as a factor of the limit. */
async function spendOf(
  open: (scene: Scene) => Promise<Way>,
  work: (way: Way) => Promise<void>,
): Promise<number> {
  provider.reset()
  const way = await open({ redisUrl, provider, run: `overspend:${++runs}` })
  await work(way)
  await way.close()
  return provider.totals().nanoUsd / (LIMIT_USD * 1e9)
}

function orders(seed: number): () => Order {
  const random = seededRandom(seed)
  return () => ({
    answerTokens: LEAST_TOKENS + Math.round(random() * (MOST_TOKENS - LEAST_TOKENS)),
    maxTokens: CAP,
  })
}
