import type { Heartbeat } from '@tollgate/kit/ledger'
import { gate, memoryLedger, serverError } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'
import { promised } from '../support/promised.ts'

const body = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'hello' }] }

it('gives a running request the life that reservationTtlMs says, at each heartbeat and at each extension', async () => {
  const ledger = memoryLedger()
  const livesMs: number[] = []
  const beaten = promised()
  const watched: typeof ledger = {
    ...ledger,
    extend(command) {
      livesMs.push(command.ttlMs)
      return ledger.extend(command)
    },
    heartbeat(org, beats: readonly Heartbeat[], ttlMs) {
      livesMs.push(ttlMs)
      beaten.open()
      return ledger.heartbeat(org, beats, ttlMs)
    },
  }
  const { post, provider, atRest } = await assemble({
    ledger: watched,
    reserve: { reservationTtlMs: 45_000 },
    routing: (simulated) => ({
      providers: [simulated],
      routes: { 'gpt-4o-mini': ['openai/gpt-4o-mini', 'openai/gpt-4.1-mini'] },
    }),
  })
  const door = gate()
  provider.next(serverError, { hold: door })
  const answer = post('/chat/completions', body)
  await beaten.opened
  door.open()
  expect((await answer).status).toBe(200)
  await atRest()
  expect([...new Set(livesMs)]).toEqual([45_000])
  expect(livesMs.length).toBeGreaterThan(1)
})

it.each([
  { stream: true, seen: 'its input' },
  { stream: false, seen: 'all that was reserved' },
])('notes $seen before the first byte, when stream is $stream', async ({ stream }) => {
  const ledger = memoryLedger()
  const beaten = promised()
  const observed: number[] = []
  const granted: number[] = []
  const watched: typeof ledger = {
    ...ledger,
    async reserve(command) {
      const result = await ledger.reserve(command)
      if (result.status === 'ok') granted.push(result.granted.usd)
      return result
    },
    heartbeat(org, beats: readonly Heartbeat[], ttlMs) {
      observed.push(...beats.map((beat) => beat.observed.usd))
      beaten.open()
      return ledger.heartbeat(org, beats, ttlMs)
    },
  }
  const { post, provider, atRest } = await assemble({ ledger: watched })
  const door = gate()
  provider.next({ hold: door })
  const answer = post('/chat/completions', { ...body, stream })
  await beaten.opened
  door.open()
  await (await answer).text()
  await atRest()
  if (!stream) return expect(observed[0]).toBe(granted[0])
  expect(observed[0]).toBeGreaterThan(0)
  expect(observed[0]).toBeLessThan(granted[0]! / 100)
})
