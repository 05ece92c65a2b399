import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import {
  adoptListedData,
  GENAI_PRICES_PUBLISHED_MS,
  listedProviders,
  listedVersion,
  readListedData,
} from '@tollgate/kit/meter'
import { fixedClock } from '@tollgate/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { findPrices } from '../../packages/gateway/src/prices/source.ts'
import { ADA, place, SECRET } from '../support/gateway.ts'
import { serve } from '../support/http.ts'

const BUILT_IN = listedVersion()
const built = JSON.stringify(await listedProviders())

/** What this package brings, with another price for one model. */
function pricing(input: number, output: number): string {
  const providers = JSON.parse(built) as { id: string; models: { id: string; prices: object }[] }[]
  const openai = providers.find(({ id }) => id === 'openai')!
  openai.models.find(({ id }) => id === 'gpt-4o-mini')!.prices = { input_mtok: input, output_mtok: output }
  return JSON.stringify(providers)
}

/** Put back in force what this package brings. */
function forget(): void {
  const data = readListedData(built)
  if (data.status === 'read') adoptListedData({ ...data, version: BUILT_IN })
}

afterEach(forget)

type Answering = (res: ServerResponse) => void

const send =
  (text: string, headers: Record<string, string> = {}): Answering =>
  (res) =>
    void res.writeHead(200, headers).end(text)

/** A server that is told what to answer next. */
async function priceServer(first: Answering) {
  let answer = first
  const url = await serve((_, res) => answer(res))
  return {
    url: `${url}/data.json`,
    next(answering: Answering) {
      answer = answering
    },
  }
}

const config = (from: string) =>
  `${ADA}\nprice_updates: { from: ${JSON.stringify(from)}, keep: ./kept.json }\n`

describe('tollgate prices update', () => {
  it('shows what changes, and keeps it where gateways find it', async () => {
    const server = await priceServer(send(pricing(0.2, 0.8)))
    const { command, folder } = await place(config(server.url))
    const { code, out } = await command('prices update')
    expect(code).toBe(0)
    expect(out).toMatch(/^openai\/gpt-4o-mini +input +\$0\.15 +\$0\.20$/m)
    expect(out).toMatch(/^genai-prices@[0-9a-f]{12}: \d+ changes, kept in .*kept\.json; running gateways/m)
    expect(readFileSync(join(folder, 'kept.json'), 'utf8')).toBe(pricing(0.2, 0.8))
    expect((await command('prices update')).out).toContain('nothing changes')
    expect((await command('prices show gpt-4o-mini')).out).toMatch(/^input +\$0\.20/m)
  })

  it('keeps nothing on a dry run', async () => {
    const server = await priceServer(send(pricing(0.2, 0.8)))
    const { command } = await place(config(server.url))
    expect((await command('prices update --dry-run')).out).toContain('and nothing kept')
    expect((await command('prices show gpt-4o-mini')).out).toMatch(/^input +\$0\.15/m)
  })

  it('asks nobody that the config does not name', async () => {
    const { command } = await place(ADA)
    expect(await command('prices update')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no price_updates'),
    })
    const quiet = await place(`${ADA}\nprice_updates: {}\n`)
    expect(await quiet.command('prices update')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--from'),
    })
  })

  it('takes a file as well', async () => {
    const { command, folder } = await place(config('./newer.json'))
    writeFileSync(join(folder, 'newer.json'), pricing(0.3, 0.9))
    expect((await command('prices update')).code).toBe(0)
    expect((await command('prices show gpt-4o-mini')).out).toMatch(/^input +\$0\.30/m)
  })

  const bad: readonly (readonly [string, Answering, RegExp])[] = [
    ['cut off', send(pricing(0.2, 0.8).slice(0, -10)), /it is no JSON/],
    ['an error page with 200', send('<html>'), /it is no JSON/],
    ['a status of 500', (res) => void res.writeHead(500).end(), /answered 500/],
    ['a negative price', send(pricing(-1, 1)), /is no price|no object/],
    ['free models', send(pricing(0, 0)), /falls to less than a tenth/],
    ['a list of three', send(JSON.stringify(JSON.parse(built).slice(0, 3))), /models that have a price now/],
    [
      'a pattern that could be slow',
      send(pricing(0.2, 0.8).replace('"regex":"', '"regex":"(a+)+')),
      /could be slow/,
    ],
    [
      'what is older',
      send(pricing(0.25, 0.9), { 'last-modified': 'Wed, 01 Jul 2026 00:00:00 GMT' }),
      /older than what is in force/,
    ],
  ]
  it.each(bad)('refuses %s, and what was there stays', async (_, answering, why) => {
    const server = await priceServer(send(pricing(0.2, 0.8)))
    const { command } = await place(config(server.url))
    await command('prices update')
    server.next(answering)
    const { code, err } = await command('prices update')
    expect(code).toBe(1)
    expect(err).toMatch(why)
    expect((await command('prices show gpt-4o-mini')).out).toMatch(/^input +\$0\.20/m)
  })

  it('waits for no server that never ends', async () => {
    const slow = await priceServer((res) => {
      res.writeHead(200)
      res.write('[')
    })
    const found = findPrices(slow.url, { timeoutMs: 50, nowMs: Date.now() })
    await expect(found).rejects.toThrow(/^prices cannot be had from .*: no answer within 50 ms$/)
  })

  it('reads no more than prices can be', async () => {
    const endless = await priceServer((res) => {
      const more = () => {
        while (res.write(' '.repeat(2 ** 20)));
      }
      res.on('drain', more)
      more()
    })
    await expect(findPrices(endless.url, { nowMs: Date.now() })).rejects.toThrow(/longer than/)
  })

  it('follows a real server that has moved, and none that leads off this machine without TLS', async () => {
    const server = await priceServer(send(pricing(0.2, 0.8)))
    const moved = await priceServer((res) => void res.writeHead(301, { location: server.url }).end())
    const nowMs = Date.now()
    await expect(findPrices(moved.url, { nowMs })).rejects.toThrow(/led to an address without TLS/)
    let first = true
    const within = await priceServer((res) => {
      if (!first) return send('[]')(res)
      first = false
      res.writeHead(308, { location: '/newer.json' }).end()
    })
    expect((await findPrices(within.url, { nowMs })).text).toBe('[]')
  })

  it('is not had over a line that anybody can write on', async () => {
    const { command } = await place(config('http://prices.example.com/data.json'))
    expect(await command('config check')).toMatchObject({ err: expect.stringContaining('https://') })
  })
})

/** @see PAINS P13: a price list that went missing, and prices that stay as they were at the start. */
describe('P13: a running gateway', () => {
  const ask = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'hello' }] }

  it('charges by newer prices from the next call on, and not by worse ones', async () => {
    const server = await priceServer(send(pricing(0.15, 0.6)))
    const at = await place(config(server.url))
    const gateway = await at.start()
    const client = gateway.client(SECRET)
    const costOf = async () => {
      const { response } = await client.chat.completions.create(ask).withResponse()
      return Number(response.headers.get('x-tollgate-cost-usd'))
    }
    const before = await costOf()
    server.next(send(pricing(0.3, 1.2)))
    await gateway.refreshPrices()
    expect(gateway.said.at(-1)).toMatch(/^prices +genai-prices@[0-9a-f]{12}: \d+ changed, from /)
    expect(await costOf()).toBeCloseTo(2 * before, 9)
    for (const answering of [send('nonsense'), send(pricing(0.3, 1.2).slice(9)), send(pricing(0, 0))]) {
      server.next(answering)
      await gateway.refreshPrices()
      expect(await costOf()).toBeCloseTo(2 * before, 9)
    }
  })

  it('tells how old its prices are, which grows while nothing newer is found', async () => {
    const day = 86_400_000
    const datedMs = Date.parse('2026-11-01T00:00:00Z')
    const clock = fixedClock(datedMs + day)
    const lastModified = { 'last-modified': new Date(datedMs).toUTCString() }
    const server = await priceServer(send(pricing(0.3, 1.2), lastModified))
    const gateway = await (await place(config(server.url))).start({ clock })
    const ageMs = async () => {
      const text = await (await gateway.admin('/metrics')).text()
      return 1000 * Number(/^tollgate_price_book_age_seconds (.+)$/m.exec(text)?.[1])
    }
    expect(await ageMs()).toBe(clock.now() - GENAI_PRICES_PUBLISHED_MS)
    await gateway.refreshPrices()
    expect(await ageMs()).toBe(day)
    clock.advance(day)
    for (const answering of [send('nonsense'), send(pricing(0.3, 1.2), lastModified)]) {
      server.next(answering)
      await gateway.refreshPrices()
      expect(await ageMs()).toBe(2 * day)
    }
    // What its source does not date is what holds there today.
    server.next(send(pricing(0.3, 1.2)))
    await gateway.refreshPrices()
    expect(await ageMs()).toBe(0)
  })

  it('begins with what it had, without asking anybody; unless that is older than what it brings', async () => {
    const server = await priceServer(send(pricing(0.3, 1.2)))
    const at = await place(config(server.url))
    await at.command('prices update')
    server.next((res) => void res.destroy())
    forget()
    const gateway = await at.start()
    expect(listedVersion()).not.toBe(BUILT_IN)
    await gateway.close()
    forget()
    const longAgo = new Date('2026-01-01')
    utimesSync(join(at.folder, 'kept.json'), longAgo, longAgo)
    const later = await at.start()
    expect(listedVersion()).toBe(BUILT_IN)
    expect(later.said.join('\n')).toContain('older than what is in force')
  })
})
