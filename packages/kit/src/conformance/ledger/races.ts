import type { ReserveResult } from '../../ledger/ledger.ts'
import { CENT, cents, provisionPath, type Section } from './bench.ts'

const countOf = (replies: readonly ReserveResult[], status: ReserveResult['status']): number =>
  replies.filter((reply) => reply.status === status).length

export const RACES: Section = {
  async 'admits exactly ten of a thousand requests of ten cents on a dollar'(bench, expect) {
    await provisionPath(bench)
    const replies = await Promise.all(
      Array.from({ length: 1000 }, (_, at) => bench.reserve({ id: `r${at}` })),
    )
    expect([countOf(replies, 'ok'), countOf(replies, 'denied')]).toEqual([10, 990])
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([0, 100 * CENT, 0, 0])
  },

  async 'never passes the limit when requests end while others start'(bench, expect) {
    await provisionPath(bench)
    let spent = 0
    await Promise.all(
      Array.from({ length: 50 }, async (_, worker) => {
        for (let turn = 0; turn < 10; turn++) {
          const id = `w${worker}-${turn}`
          const reply = await bench.reserve({ id, min: cents(1), want: cents(10) })
          if (reply.status !== 'ok') continue
          const cost = Math.min(reply.granted.usd, (1 + ((worker * 7 + turn * 3) % 9)) * CENT)
          spent += cost
          await bench.settle(id, cents(cost / CENT))
        }
      }),
    )
    expect(spent <= 100 * CENT).toEqual(true)
    expect(await bench.budget('key:k1', 'usd-day')).toEqual([spent, 0, 0, 100 * CENT - spent])
  },

  async 'gives one id to one of many who ask for it with different amounts'(bench, expect) {
    await provisionPath(bench)
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        bench.reserve({ id: 'a', min: cents(1), want: cents(1 + (at % 2)) }),
      ),
    )
    expect([countOf(replies, 'ok'), countOf(replies, 'conflict')]).toEqual([10, 10])
    expect(await bench.total('org:acme')).toEqual([0, 1 * CENT, 0])
  },
}
