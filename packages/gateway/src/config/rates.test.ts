import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { type Config, loadConfig } from './index.ts'

const cwd = mkdtempSync(join(tmpdir(), 'tollgate-rates-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

function load(text: string): Config {
  writeFileSync(join(cwd, 'tollgate.yaml'), text)
  return loadConfig({ file: 'tollgate.yaml', env: { OPENAI_API_KEY: 'sk' }, cwd })
}

it('reads how fast everybody may go, wherever a file may say it', () => {
  const config = load(`
tiers: { default: { models: ["*"], rates: { rpm: 100 } } }
teams: [{ id: red, rates: { rpm: 600, tpm: 200000, concurrency: 20 } }]
keys: [{ id: ci, secret: a-secret-of-this-test-that-is-long-enough, rates: { concurrency: 2 } }]
defaults: { user: { rates: { rpm: 20 } }, key: { rates: { tpm: 5000 } } }
models: { gpt-4o: { rates: { rpm: 60 } }, "claude-*": { rates: { tpm: 90000 } } }
runaway: { repeats: enforce, spend: off, cooldown: 5m }
`)
  expect(config.tiers[0]!.rates).toEqual({ rpm: 100 })
  expect(config.teams[0]!.rates).toEqual({ rpm: 600, tpm: 200_000, concurrency: 20 })
  expect(config.keys[0]!.rates).toEqual({ concurrency: 2 })
  expect(config.defaultRates).toEqual({ user: { rpm: 20 }, key: { tpm: 5_000 } })
  expect(config.models).toEqual([
    { model: 'gpt-4o', rates: { rpm: 60 } },
    { model: 'claude-*', rates: { tpm: 90_000 } },
  ])
  expect(config.runaway).toEqual({
    failures: 'enforce',
    repeats: 'enforce',
    spend: 'off',
    coolDownMs: 300_000,
  })
})

it('limits nobody who is not said to be, and lets nobody run away', () => {
  const config = load('teams: [{ id: red }]')
  expect(config.teams[0]!.rates).toBeUndefined()
  expect(config.models).toEqual([])
  expect(config.runaway).toEqual({
    failures: 'enforce',
    repeats: 'observe',
    spend: 'observe',
    coolDownMs: 60_000,
  })
})
