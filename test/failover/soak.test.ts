import { getEventListeners } from 'node:events'
import { request } from 'node:http'
import { providerAgent } from '@tollgate/kit/stages/provider-failover'
import {
  type Behaviour,
  dieAfter,
  overloaded,
  rateLimited,
  resetBeforeHead,
  serverError,
} from '@tollgate/testing'
import { describe, expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { openResources } from '../support/open-resources.ts'
import { seeded } from '../support/outages.ts'
import { PROVE } from '../support/prove.ts'
import { threeProviders } from './three-providers.ts'

const REQUESTS = PROVE ? 10_000 : 400
const AT_ONCE = 20
/** What the ledger, the agent and the servers have going, however many requests there were. */
const TIMERS_OF_THE_HOUSE = 8

const WELL: Behaviour = {}
const BEHAVIOURS: readonly Behaviour[] = [
  WELL,
  WELL,
  WELL,
  serverError,
  overloaded,
  rateLimited({ retryAfterS: 0 }),
  resetBeforeHead,
  dieAfter(0),
  dieAfter(5),
  { ending: { how: 'truncate', afterChunks: 5 } },
  { ending: { how: 'error', afterChunks: 0, refusal: serverError.refusal } },
]

/** Ask on a connection of its own, and read the whole answer unless it is to be left; resolves when that is over. */
function ask(url: string, { stream, leaveAfterMs }: { stream: boolean; leaveAfterMs: number | undefined }) {
  const body = { model: 'smart', max_tokens: 100, stream, messages: [{ role: 'user', content: 'x' }] }
  return new Promise<void>((resolve) => {
    const asking = request(`${url}/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json' },
    })
    const leaving = leaveAfterMs === undefined ? undefined : setTimeout(() => asking.destroy(), leaveAfterMs)
    asking.on('response', (answer) => void answer.on('error', () => {}).resume())
    asking.on('error', () => {})
    asking.on('close', () => {
      clearTimeout(leaving)
      resolve()
    })
    asking.end(JSON.stringify(body))
  })
}

describe(`${REQUESTS} requests with random ends`, () => {
  it('leave no socket, no timer, no listener, no place and no reservation, and the books hold what providers bill', async () => {
    const seed = Date.now() % 2 ** 31
    const random = seeded(seed)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
    const warnings: string[] = []
    const onWarning = ({ name }: Error) => warnings.push(name)
    process.on('warning', onWarning)
    closeAfter(async () => void process.off('warning', onWarning))
    const stop = new AbortController().signal
    const dispatcher = providerAgent()
    const bench = await threeProviders({
      limitUsd: '1000',
      retries: { max: 1, baseMs: 1, maxMs: 5 },
      calling: { dispatcher, stop },
    })
    const providers = [bench.a, bench.b, bench.c]
    const open = openResources()
    closeAfter(async () => open.stop())
    let most = 0

    const one = async () => {
      for (const provider of providers) if (random() < 0.5) provider.next(pick(BEHAVIOURS))
      const leaveAfterMs = random() < 0.2 ? random() * 10 : undefined
      const over = ask(bench.url, { stream: random() < 0.5, leaveAfterMs })
      most = Math.max(most, open.sockets)
      await over
    }
    let left = REQUESTS
    const worker = async () => {
      while (left-- > 0) await one()
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    const spent = await bench.books()
    const billed = providers.reduce((sum, provider) => sum + provider.totals().nanoUsd, 0)
    expect(spent, `seed ${seed}`).toBeGreaterThanOrEqual(billed)
    await expect.poll(() => bench.health.read(Date.now()).map(({ inFlight }) => inFlight)).toEqual([0, 0, 0])
    for (const provider of providers) {
      await expect.poll(() => provider.openStreams).toBe(0)
      await expect.poll(() => provider.requests.filter(({ outcome }) => outcome === 'open')).toEqual([])
    }
    // It waits for whatever it still has to do: a call that nobody has ended would hold it for ever.
    await dispatcher.close()
    expect(most).toBeGreaterThan(AT_ONCE)
    await expect.poll(() => open.sockets, { timeout: 20_000 }).toBe(0)
    await expect.poll(() => open.timers, { timeout: 20_000 }).toBeLessThanOrEqual(TIMERS_OF_THE_HOUSE)
    expect(getEventListeners(stop, 'abort')).toHaveLength(1)
    expect(warnings).not.toContain('MaxListenersExceededWarning')
  })
})
