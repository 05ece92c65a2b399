import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fixedClock } from '@tollgate/testing'
import { expect, it, onTestFinished } from 'vitest'
import { readiness } from './health.ts'

async function serve(...args: Parameters<typeof readiness>) {
  const ready = readiness(...args)
  const server = createServer((req, res) => ready.stage(req, res, () => {}))
  await new Promise<void>((resolve) => server.listen(0, resolve))
  onTestFinished(() => void server.close().closeAllConnections())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`
  return { ready, ask: async () => (await fetch(url)).json() as Promise<{ status: string }> }
}

it('asks at most once a second, however many ask it', async () => {
  let asked = 0
  const clock = fixedClock(10_000)
  const { ask } = await serve({ store: () => (asked += 1) }, { clock })
  await Promise.all([ask(), ask(), ask()])
  expect(asked).toBe(1)
  clock.advance(999)
  await ask()
  expect(asked).toBe(1)
  clock.advance(1)
  await ask()
  expect(asked).toBe(2)
})

it('says what is wrong, warns once, and is ready again when it is right again', async () => {
  const warnings: string[] = []
  const listen = (warning: Error) => warnings.push(warning.message)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  let broken = true
  const clock = fixedClock(0)
  const store = () => (broken ? Promise.reject(new Error('the disk is full')) : undefined)
  const { ask } = await serve({ store, prices: () => 1 }, { clock })
  expect(await ask()).toEqual({ status: 'not ready', checks: { store: 'failing', prices: 'ok' } })
  clock.advance(5000)
  await ask()
  broken = false
  clock.advance(5000)
  expect(await ask()).toMatchObject({ status: 'ready' })
  expect(warnings.filter((text) => text.includes('disk'))).toEqual(['not ready: store: the disk is full'])
})

it('is not ready once it is to stop', async () => {
  const { ready, ask } = await serve({}, { clock: fixedClock(0) })
  expect(await ask()).toMatchObject({ status: 'ready' })
  ready.stop()
  expect(await ask()).toMatchObject({ status: 'stopping' })
})
