import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqliteLedger } from '@tollgate/kit/ledger/sqlite'
import { fixedClock, gate, simulatedProvider } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { closeAfter } from '../support/close-after.ts'
import { VOICE } from '../support/realtime.ts'

const PROCESS = fileURLToPath(new URL('./session-process.ts', import.meta.url))

it('kill -9 in the middle of a response: what was reserved for it is charged, unconfirmed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-session-'))
  closeAfter(async () => rmSync(folder, { recursive: true }))
  const file = join(folder, 'tollgate.db')
  const provider = await simulatedProvider({ prices: { 'gpt-realtime': VOICE } })
  closeAfter(() => provider.close())
  const child = spawn(process.execPath, [PROCESS, file, provider.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closeAfter(async () => void child.kill('SIGKILL'))
  const [port] = (await once(child.stdout, 'data')) as [Buffer]

  provider.next({ answerTokens: 200, pause: { afterChunks: 20, until: gate() } })
  const socket = new WebSocket(`ws://127.0.0.1:${port.toString().trim()}/v1/realtime?model=gpt-realtime`)
  socket.on('error', () => {})
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'response.create', response: { max_output_tokens: 400 } }))
  await provider.waitFor(({ requests }) => requests.some(({ chunksSent }) => chunksSent === 20))
  child.kill('SIGKILL')
  await once(socket, 'close')
  await provider.waitFor(({ requests }) => requests.every(({ outcome }) => outcome !== 'open'))

  const clock = fixedClock(Date.now())
  const ledger = sqliteLedger(file, { clock, budgets: [{ per: 'user', limit_usd: '1.00', period: 'daily' }] })
  closeAfter(() => ledger.close())
  const books = async () => (await ledger.read('default', ['user:ada']))[0]!
  const { spent, reserved } = await books()
  expect(spent).toBe(0)
  expect(reserved).toBeGreaterThan(provider.totals().nanoUsd)
  clock.advance(120_001)
  const [expired, ...others] = await ledger.expire()
  expect(others).toEqual([])
  expect(expired?.memo).toMatchObject({ model: 'gpt-realtime' })
  expect(await books()).toMatchObject({ spent: reserved, reserved: 0, unconfirmed: reserved })
})
