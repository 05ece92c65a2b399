import { gatewayOn } from '../ledger/gateway.ts'
import { redisStore } from '../ledger/stores.ts'
import { bodyOf, LIMIT_USD, PRICES, type Scene, type Way } from './scene.ts'

/** The gateway's own stages, on the same Redis. */
export async function tollgate({ provider }: Scene): Promise<Way> {
  const { ledger } = await redisStore()
  const gateway = await gatewayOn({ ledger, provider, prices: PRICES, limitUsd: String(LIMIT_USD) })
  return {
    async ask(order) {
      const answer = await gateway.post(bodyOf(order))
      const { error } = (await answer.json()) as { error?: { code: string } }
      if (answer.status === 200) return 'answered'
      if (error?.code === 'budget_reserved' || error?.code === 'budget_exceeded') return 'refused'
      throw new Error(`the gateway answered ${answer.status} ${error?.code}`)
    },
    async close() {
      const [spent, { nanoUsd }] = [await gateway.spent(), provider.totals()]
      if (spent !== nanoUsd) throw new Error(`the books say ${spent} nano-USD, and the provider ${nanoUsd}`)
      await gateway.close()
      await ledger.close()
    },
  }
}
