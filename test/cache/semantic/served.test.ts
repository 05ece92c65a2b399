import { llmJudge, semanticTier } from '@tollgate/kit/cache/semantic'
import { guardedEmbedder, hashEmbedder } from '@tollgate/kit/cache/vectors'
import { budgetFrom } from '@tollgate/kit/ledger'
import { memoryLedger, type ProviderRequest, simulatedProvider } from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../../support/close-after.ts'
import { cached } from '../exact/assembled.ts'

const WAYS = [
  'please',
  'kindly',
  'quickly',
  'safely',
  'properly',
  'entirely',
  'simply',
  'myself',
  'anyway',
  'somehow',
]
const wayToAsk = (at: number) =>
  `How can I ${WAYS[at % 10]} reset the forgotten password of my account ${WAYS[Math.floor(at / 10) % 10]}?`
const asked = (content: string) => ({ messages: [{ role: 'user', content }] })

/** Judging may cost a hundredth of what answers do: dear ones can all be judged. */
const DEAR = { 'gpt-4o-mini': { input: '100', output: '400' }, 'gpt-4o': { input: '100', output: '400' } }

let answers = 0

/** An answer in other words each time, so that somebody has to read it. */
function behave({ body }: ProviderRequest) {
  const text = JSON.stringify(body)
  if (text.includes('You compare answers')) return { text: text.includes('Initech') ? 'DIFFERENT' : 'SAME' }
  answers += 1
  return { text: `Open the settings of your account and choose to reset it, in the way number ${answers}.` }
}

async function semantic({
  limitUsd = '5',
  prices = DEAR,
}: {
  limitUsd?: string
  prices?: typeof DEAR | object
} = {}) {
  const judging = await simulatedProvider({ behave })
  closeAfter(() => judging.close())
  const ledger = memoryLedger()
  closeAfter(() => ledger.close())
  await ledger.provision('default', 'team:judges', [budgetFrom({ limit_usd: limitUsd, period: 'daily' })])
  const judge = llmJudge({
    ledger,
    baseUrl: judging.url,
    model: 'gpt-4o-mini',
    principal: { team: 'judges' },
  })
  let drawn = 0.999
  const tier = semanticTier({ embedder: guardedEmbedder(hashEmbedder()), judge, random: () => drawn })
  closeAfter(() => tier.close())
  const gateway = await cached({
    prices: { ...prices },
    provider: { behave },
    cache: { semantic: tier, policy: { mode: 'semantic', share: 'key' } },
  })
  const spent = async () => (await ledger.read('default', ['team:judges']))[0]!
  return {
    gateway,
    judging,
    tier,
    spent,
    draw(next: number) {
      drawn = next
    },
    /** Ask in so many ways, and have all answers judged. */
    async teach(ways: number) {
      for (let at = 0; at < ways; at += 1) {
        await gateway.ask(asked(wayToAsk(at)))
        await tier.idle()
      }
    },
  }
}

describe('the semantic tier behind the stage', () => {
  it('serves other words that ask the same, at no cost, and says how sure it is', async () => {
    const { gateway, tier, teach } = await semantic()
    await teach(70)
    const before = gateway.provider.totals()
    const served = await gateway.ask(asked(wayToAsk(75)))
    expect(served.status).toBe(200)
    expect(served.cache).toBe('semantic')
    expect(Number(served.headers.get('x-tollgate-cache-confidence'))).toBeGreaterThanOrEqual(0.98)
    expect(gateway.provider.totals()).toEqual(before)
    expect(JSON.parse(served.text).choices[0].message.content).toMatch(/^Open the settings/)
    expect(tier.status().groups[0]).toMatchObject({ model: 'gpt-4o-mini', delta: 0.02 })
  })

  it('pays its judge from a budget of its own, for what the provider counts', async () => {
    const { judging, teach, spent, tier } = await semantic()
    await teach(20)
    const { nanoUsd, requests } = judging.totals()
    expect(requests).toBeGreaterThan(0)
    expect(await spent()).toMatchObject({ spent: nanoUsd, reserved: 0 })
    expect(tier.status().judgingNanoUsd).toBe(nanoUsd)
  })

  it('spends no more on judging than a hundredth of what answers cost, and a judgement', async () => {
    const { gateway, judging, teach } = await semantic({ prices: {} })
    await teach(40)
    const { nanoUsd, requests } = judging.totals()
    expect(requests).toBeGreaterThan(0)
    expect(nanoUsd - nanoUsd / requests).toBeLessThanOrEqual(gateway.provider.totals().nanoUsd / 100)
  })

  it('learns nothing, and serves nothing, where nobody pays its judge', async () => {
    const { gateway, judging, teach, tier } = await semantic({ limitUsd: '0' })
    await teach(70)
    expect(judging.totals().requests).toBe(0)
    expect((await gateway.ask(asked(wayToAsk(75)))).cache).toBe('miss')
    expect(tier.status().labels).toMatchObject({ same: 0, different: 0 })
  })

  it('audits: the provider is asked, its answer is given, and the certificate grows', async () => {
    const { gateway, tier, teach, draw } = await semantic()
    await teach(70)
    draw(0)
    const audited = await gateway.ask(asked(wayToAsk(75)))
    await tier.idle()
    expect(audited.cache).toBe('audit')
    expect(tier.status().groups[0]).toMatchObject({ audits: 1, wrong: 0 })
  })

  it('never serves across system prompts, tools, parameters or models', async () => {
    const { gateway, teach } = await semantic()
    await teach(70)
    const content = wayToAsk(75)
    const system = {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content },
      ],
    }
    for (const more of [system, { ...asked(content), max_tokens: 7 }, { ...asked(content), model: 'gpt-4o' }])
      expect((await gateway.ask(more)).cache).toBe('miss')
  })
})
