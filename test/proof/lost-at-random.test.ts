import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PROVE } from '../support/prove.ts'
import { type RedisServer, redisServer } from '../support/redis.ts'
import { BUDGETS, type LossyBooks, lossyBooks, PATHS } from './lossy-books.ts'

let server: RedisServer
beforeAll(async () => {
  // To forget without a restart, which Redis allows nobody unasked.
  server = await redisServer({ config: { 'enable-debug-command': 'yes' } })
})
afterAll(() => server.stop())

interface Step {
  readonly name: string
  play(books: LossyBooks): Promise<void>
}

const by = fc.constantFrom(0, 1)
const which = fc.nat(9)
const step = <T extends unknown[]>(
  name: string,
  play: (books: LossyBooks, ...args: T) => Promise<void>,
  ...args: { [Index in keyof T]: fc.Arbitrary<T[Index]> }
): fc.Arbitrary<Step> =>
  fc.tuple<T>(...args).map((drawn) => ({
    name: `${name} ${JSON.stringify(drawn)}`,
    play: (books) => play(books, ...drawn),
  }))

const reserve = step('reserve', (books, ...args) => books.reserve(...args), by, fc.constantFrom(...PATHS))
const end = step(
  'end',
  (books, ...args) => books.end(...args),
  which,
  fc.integer({ min: 1, max: 12 }),
  fc.constantFrom('exact' as const, 'estimated' as const),
)
const always = [
  ...[reserve, reserve, reserve, end, end],
  step('release', (books, at) => books.release(at), which),
  step('extend', (books, at) => books.extend(at), which),
  step('stray', (books, gateway) => books.stray(gateway), by),
  step('pass', (books, ms) => books.pass(ms), fc.integer({ min: 1000, max: 6000 })),
  step('save', (books) => books.save()),
  step('lose', (books, aloud) => books.lose(aloud), fc.boolean()),
]
const evict = step('evict', (books, gateway) => books.evict(gateway), fc.constantFrom(0, 1, undefined))
const provision = step(
  'provision',
  (books, ...args) => books.provision(...args),
  by,
  fc.constantFrom(...BUDGETS),
)

it.each([
  ['accounts are thrown away', evict],
  ['budgets are replaced', provision],
])('where %s, books come to what was spent, whatever is lost and told again', async (_, more) => {
  const steps = fc.array(fc.oneof(...always, more), { minLength: 10, maxLength: 40, size: 'max' })
  await fc.assert(
    fc.asyncProperty(steps, async (drawn) => {
      const books = await lossyBooks(server)
      for (const { play } of drawn) await play(books)
      const { said, really } = await books.close()
      expect({ ...said, held: said.held.filter((held) => held !== 0) }).toEqual(really)
    }),
    PROVE ? { numRuns: 300 } : { numRuns: 6, seed: 7 },
  )
})
