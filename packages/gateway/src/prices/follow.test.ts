import { expect, it } from 'vitest'
import { follow } from './follow.ts'

const START = 'https://prices.example.com/data.json'

/** The web, as far as anybody asks here; each place leads to the next, or has the prices. */
function web(places: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const fetch = async (input: string | URL | Request) => {
    const url = String(input)
    asked.push(url)
    const location = places[url]
    return location === undefined
      ? new Response('[]')
      : new Response(null, { status: 302, headers: { location } })
  }
  return { asked, go: (from = START) => follow(from, { signal: new AbortController().signal, fetch }) }
}

it('goes where prices have been moved to', async () => {
  const { asked, go } = web({
    [START]: '/v2/data.json',
    'https://prices.example.com/v2/data.json': 'https://cdn.example.com/d',
  })
  expect(await (await go()).text()).toBe('[]')
  expect(asked.at(-1)).toBe('https://cdn.example.com/d')
})

it.each([
  ['at once', { [START]: 'http://prices.example.com/data.json' }],
  ['by a way back to TLS', { [START]: 'http://cdn.example.com/d', 'http://cdn.example.com/d': START }],
  ['to this machine', { [START]: 'http://127.0.0.1:8788/admin' }],
  ['by another protocol', { [START]: 'ftp://cdn.example.com/d' }],
])('is not led away from TLS, %s: nobody is asked there', async (_, places) => {
  const { asked, go } = web(places)
  await expect(go()).rejects.toThrow('it led to an address without TLS')
  expect(asked).toEqual([START])
})

it('is led within this machine, and from there to no other without TLS', async () => {
  const here = 'http://127.0.0.1:9000/data.json'
  expect((await web({ [here]: '/other.json' }).go(here)).ok).toBe(true)
  await expect(web({ [here]: 'http://10.0.0.1/d' }).go(here)).rejects.toThrow(/without TLS/)
})

it('ends where addresses lead in a circle', async () => {
  const { asked, go } = web({ [START]: START })
  await expect(go()).rejects.toThrow(/without an end/)
  expect(asked).toHaveLength(6)
})
