import { createServer, get, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fixedClock } from '@tollgate/testing'
import { afterEach, expect, it } from 'vitest'
import type { AuditRecord } from '../../audit/record.ts'
import { compose, type ForeignHandler } from '../../core/compose.ts'
import { defineStage } from '../../core/stage.ts'
import { auditLog } from './index.ts'

const START_MS = 1_000_000
const closing: (() => void)[] = []

afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** The record of one request to a handler behind an audit log; the clock stands still unless somebody moves it. */
async function recordOf(clock: ReturnType<typeof fixedClock>, ...handlers: ForeignHandler[]) {
  const written = Promise.withResolvers<AuditRecord>()
  const audit = auditLog({
    clock,
    sinks: [{ name: 'test', write: ([record]) => written.resolve(record!) }],
  })
  const all = compose(audit, ...handlers)
  const server = createServer((req, res) => all(req, res, () => res.end()))
  closing.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  get({ port, agent: false }, (answer) => answer.resume())
  return written.promise
}

it('times a request to the first byte that the client is sent, and to the end of the response', async () => {
  const clock = fixedClock(START_MS)
  const record = await recordOf(clock, (_req: unknown, res: ServerResponse) => {
    clock.advance(30)
    res.write('first')
    clock.advance(70)
    res.end('last')
  })
  expect(record).toMatchObject({ atMs: START_MS, firstByteMs: 30, latencyMs: 100, endedAtMs: START_MS + 100 })
})

it('does not count the work that goes on after the answer', async () => {
  const clock = fixedClock(START_MS)
  const slow = defineStage({
    name: 'slow-to-settle',
    handle: () => clock.advance(10),
    settle: async () => clock.advance(60_000),
  })
  expect(await recordOf(clock, slow)).toMatchObject({ latencyMs: 10, endedAtMs: START_MS + 60_010 })
})

it('knows no negative times when the clock is set back', async () => {
  const clock = fixedClock(START_MS)
  const back = defineStage({ name: 'back', handle: () => clock.set(START_MS - 5_000) })
  expect(await recordOf(clock, back)).toMatchObject({ firstByteMs: 0, latencyMs: 0 })
})
