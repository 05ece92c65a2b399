import dns from 'node:dns'
import { createServer } from 'node:http'
import { modelRoutes, providerFailover } from '@tollgate/kit'
import { providerAgent } from '@tollgate/kit/stages/provider-failover'
import express from 'express'
import { expect, it, vi } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { serve } from '../support/http.ts'

const NAME = 'provider.test'

/** A provider that says at which address it was reached. Port 0: any. */
async function providerAt(address: string, port: number) {
  const server = createServer((req, res) => {
    const answer = { object: 'chat.completion', choices: [{ message: { content: address } }] }
    req
      .resume()
      .once('end', () => res.setHeader('content-type', 'application/json').end(JSON.stringify(answer)))
  })
  await new Promise<void>((resolve) => void server.listen(port, address, resolve))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  closeAfter(stop)
  return { port: (server.address() as { port: number }).port, stop }
}

/** What the name stands for, until it is told otherwise. */
function nameServer(first: string) {
  let address = first
  let asked = 0
  const answer = (_name: string, _options: object, done: (...answer: unknown[]) => void) => {
    asked += 1
    done(null, [{ address, family: 4 }])
  }
  const spied = vi.spyOn(dns, 'lookup').mockImplementation(answer as never)
  closeAfter(async () => spied.mockRestore())
  return {
    move(to: string) {
      address = to
    },
    get asked() {
      return asked
    },
  }
}

/** Two providers of which the name stands for the first, and a gateway that calls it. Tells by whom it was answered. */
async function twoAddresses({ maxAgeMs }: { readonly maxAgeMs?: number } = {}) {
  const old = await providerAt('127.0.0.1', 0)
  await providerAt('127.0.0.2', old.port)
  const names = nameServer('127.0.0.1')
  const dispatcher = providerAgent({ ...(maxAgeMs !== undefined && { maxAgeMs }) })
  closeAfter(() => dispatcher.destroy())
  const baseUrl = `http://${NAME}:${old.port}/v1`
  const routes = modelRoutes({ providers: [{ name: 'openai', dialect: 'openai', baseUrl }] })
  const url = await serve(express().use(providerFailover({ routes, dispatcher, retries: { max: 0 } })))
  const ask = async () => {
    const answer = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o', messages: [{ role: 'user', content: 'where are you?' }] }),
    })
    const { choices } = (await answer.json()) as { choices?: { message: { content: string } }[] }
    return choices?.[0]?.message.content
  }
  return { ask, old, names }
}

it('a connection is not used beyond its age, and the next one goes to where the name leads by then', async () => {
  const { ask, names } = await twoAddresses({ maxAgeMs: 20 })
  expect(await ask()).toBe('127.0.0.1')
  names.move('127.0.0.2')
  // Never idle for as long as it would be kept.
  await expect.poll(ask, { interval: 1 }).toBe('127.0.0.2')
})

it('a name is not looked up for every call', async () => {
  const { ask, names } = await twoAddresses()
  for (let call = 0; call < 20; call += 1) expect(await ask()).toBe('127.0.0.1')
  expect(names.asked).toBeLessThanOrEqual(2)
})

it('where the old address has gone, the next call goes to the new one at once', async () => {
  const { ask, old, names } = await twoAddresses()
  expect(await ask()).toBe('127.0.0.1')
  names.move('127.0.0.2')
  await old.stop()
  await expect.poll(ask).toBe('127.0.0.2')
})
