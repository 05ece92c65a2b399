import type { Heartbeat } from '@tollgate/kit/ledger'
import { gate, memoryLedger, serverError } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { assemble } from '../support/assembly.ts'
import { gate as promised } from '../support/http.ts'

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
    heartbeat(beats: readonly Heartbeat[], ttlMs) {
      livesMs.push(ttlMs)
      beaten.open()
      return ledger.heartbeat(beats, ttlMs)
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
