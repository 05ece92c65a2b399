import { once } from 'node:events'
import { gate } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { type Running, SECRET } from '../support/gateway.ts'
import { startProgram } from '../support/gateway-program.ts'
import { keys, redisPlace } from '../support/redis-place.ts'

const STREAMS = 20
/** Longer than a reservation lives without a heartbeat. */
const LONG_MS = 121_000

async function keyOf(gateway: Running) {
  const answer = await gateway.admin('/admin/v1/spend?account=key:ada')
  const { spent_usd, reserved_usd, unconfirmed_usd } = (await answer.json()) as Record<string, string>
  return { spent_usd, reserved_usd, unconfirmed_usd }
}

it('kill -9 of a gateway with open streams: another one expires them, and nothing is lost', async () => {
  const still = gate()
  const made = await redisPlace(keys(20), {
    provider: {
      chunkIntervalMs: 1,
      answerTokens: 5_000,
      behave: () => ({ pause: { afterChunks: 40, until: still } }),
    },
  })
  const { provider, redis, start, command } = made
  const clock = { aheadMs: 0, now: () => Date.now() + clock.aheadMs }
  const survivor = await start({ clock })
  const { child, url } = await startProgram(made)

  const ended = Promise.allSettled(
    Array.from({ length: STREAMS }, async () => {
      const answer = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'gpt-4o',
          stream: true,
          max_tokens: 6_000,
          messages: [{ role: 'user', content: 'Tell me all about tolls.' }],
        }),
      })
      await answer.text()
    }),
  )
  // Every stream stands still at the same place, and a heartbeat has told the books of all that was sent.
  await provider.waitFor(
    ({ requests }) => requests.filter(({ chunksSent }) => chunksSent === 40).length === STREAMS,
  )
  const each = provider.totals().nanoUsd / STREAMS
  const observed = async () => {
    const names = (await redis.call('keys', 'tg:1:{acme}:res:*')) as string[]
    const seen = await Promise.all(names.map((name) => redis.call('hget', name, 'o')))
    return seen.filter((amounts) => Number(String(amounts).split(' ')[0]) >= each).length
  }
  await expect.poll(observed, { timeout: 30_000 }).toBe(STREAMS)

  child.kill('SIGKILL')
  await once(child, 'exit')
  await ended
  await provider.waitFor(({ openStreams }) => openStreams === 0)
  const billed = provider.totals().nanoUsd
  const { reserved_usd } = await keyOf(survivor)
  expect(Number(reserved_usd)).toBeGreaterThan(billed / 1e9)

  clock.aheadMs = LONG_MS
  const unconfirmed = { spent_usd: reserved_usd, reserved_usd: '0.000000000', unconfirmed_usd: reserved_usd }
  await expect.poll(() => keyOf(survivor), { timeout: 30_000 }).toEqual(unconfirmed)
  expect((await command('ledger expired --json')).out.split('\n')).toHaveLength(STREAMS)

  const { code, out } = await command('ledger expired --settle observed')
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringMatching(`^settled ${STREAMS}: `) })
  const settled = await keyOf(survivor)
  expect(settled).toMatchObject({ reserved_usd: '0.000000000', unconfirmed_usd: '0.000000000' })
  expect(Number(settled.spent_usd)).toBeGreaterThanOrEqual(billed / 1e9)
  expect(Number(settled.spent_usd)).toBeLessThanOrEqual(Number(reserved_usd))

  // The roll-ups followed: what expired was added, and what it was lowered by taken off again.
  const [row] = JSON.parse((await command('spend --by key --json')).out).rows
  expect(row).toMatchObject({ key: 'ada', spent_usd: settled.spent_usd })
})
