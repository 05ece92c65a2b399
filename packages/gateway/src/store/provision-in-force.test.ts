import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { budgetFrom } from '@tollgate/kit/ledger'
import { expect, it, onTestFinished } from 'vitest'
import type { SqliteStore } from '../config/index.ts'
import { provisionInForce } from './provision-in-force.ts'
import { nameOfRules, withNotes } from './provisioned-notes.ts'

function rulesOver() {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-in-force-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const store = { kind: 'sqlite', path: join(folder, 'tollgate.db') } as SqliteStore
  return (limit_usd: number) => ({
    store,
    org: 'acme',
    policies: [],
    defaults: { team: [], project: [], user: [], key: [budgetFrom({ limit_usd, period: 'daily' })] },
  })
}

type Rules = ReturnType<ReturnType<typeof rulesOver>>

/** A look at all accounts that begins and ends. */
async function lookedAtAll(rules: Rules): Promise<void> {
  const done = { rules: nameOfRules(rules), books: '', sequence: 7 }
  await withNotes(rules, async (notes) => (await notes.begin(done))())
}
const noted = (rules: Rules) => withNotes(rules, async (notes) => (await notes.read())?.rules)

it('by the rules that all accounts had theirs by, the note stays', async () => {
  const rules = rulesOver()(2)
  await lookedAtAll(rules)
  await provisionInForce(
    () => rules,
    async () => {},
  )
  expect(await noted(rules)).toBe(nameOfRules(rules))
})

it('by other rules takes back what is noted, also when all are looked at meanwhile', async () => {
  const rulesOf = rulesOver()
  const [old, lower] = [rulesOf(9), rulesOf(2)]
  await lookedAtAll(lower)
  const killed = provisionInForce(
    () => old,
    async () => {
      throw new Error('killed')
    },
  )
  await expect(killed).rejects.toThrow('killed')
  expect(await noted(lower)).toBeUndefined()
  await provisionInForce(
    () => old,
    () => lookedAtAll(lower),
  )
  expect(await noted(lower)).toBeUndefined()
})

it('is done again where other rules have come into force meanwhile', async () => {
  const rulesOf = rulesOver()
  let inForce = rulesOf(9)
  const given: Rules[] = []
  await provisionInForce(
    () => inForce,
    async (rules) => {
      given.push(rules)
      if (given.length === 1) inForce = rulesOf(2)
    },
  )
  expect(given.map(({ defaults }) => defaults.key[0]!.limit / 1e9)).toEqual([9, 2])
})
