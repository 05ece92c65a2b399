import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROVE } from '../support/prove.ts'
import { missingTools, search } from './spin.ts'

const MODEL = join(import.meta.dirname, 'ledger.pml')
const LONG = { timeout: 900_000 }

const missing = missingTools()
if (missing.length > 0) {
  console.error(
    `NOT PROVED: the model of the ledger's protocol needs ${missing.join(' and ')}, not on the PATH. apt-get install spin gcc`,
  )
}

/** The mistakes that the model can be told to make. */
const BUGS = Array.from(
  readFileSync(MODEL, 'utf8').matchAll(/^#define ([A-Z_]+) +(\d+)$/gm),
  ([, name = '', number = '']) => ({ name: name.toLowerCase().replaceAll('_', ' '), number: Number(number) }),
).filter(({ name }) => !['limit', 'requests', 'bug'].includes(name))

/** Amounts: the limit, what is reserved first, and what that is extended to. */
const SIZES = PROVE
  ? [
      [4, 2, 3],
      [5, 3, 4],
      [6, 3, 5],
      [7, 4, 6],
    ]
  : [[4, 2, 3]]

describe.skipIf(missing.length > 0)('the protocol of the ledger', () => {
  it.each(SIZES)(
    'holds in every state there is, with a limit of %d: %d reserved, extended to %d',
    LONG,
    async (limit, first, total) => {
      const sizes = { LIMIT: limit!, FIRST: first!, TOTAL: total! }
      const found = await search(MODEL, sizes, { optimise: true })
      console.log(`spin: ${found.states} states of the protocol, ${found.errors} errors`)
      expect(found).toMatchObject({ complete: true, errors: 0, violated: undefined })
      expect(found.states).toBeGreaterThan(1_000_000)
    },
  )

  it.each(BUGS)('is broken by the mistake: $name', LONG, async ({ name, number }) => {
    const found = await search(MODEL, { BUG: number })
    console.log(`spin: ${name} found after ${found.states} states: ${found.violated}`)
    expect(found.errors).toBe(1)
    expect(found.violated).toBeDefined()
  })

  it('can be told to make eleven of them', () => {
    expect(BUGS).toHaveLength(11)
  })
})
