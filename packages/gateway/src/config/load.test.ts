import { mkdtempSync, writeFileSync } from 'node:fs'
import { test } from 'vitest'
import { loadConfig } from './index.ts'

test('x', () => {
  const d = mkdtempSync('/tmp/cfg-')
  console.log(JSON.stringify(loadConfig({ env: { OPENAI_API_KEY: 'k' }, cwd: d }), null, 1))
  writeFileSync(
    d + '/t.yaml',
    `
teams:
  - id: a
    tier: defalt
    budgts: []
    rates: {rpm: 4}
    budgets: [{limit_usd: 1e-7, period: dayly}, {limit_usd: 5, limit_tokens: 6, period: daily}, {period: daily}]
tiers: { default: {models: []}}
mode: "\${SECRETX}"
store: redis://x
wait: 5
cache: {mode: exact}
keys: [{id: a b, secret: short, team: b}]
timezone: Europe/Berln
routes: {gpt: [opnai/x, openai], "*": foo}
listen: {port: 99999}
pipeline: [audit-log, tier-chek, tier-check, tier-check, rate-limit]
zzz: 1
providers: {openai: {dialect: anthropic, base_url: 5}}
`,
  )
  try {
    loadConfig({ file: 't.yaml', env: { SECRETX: 'hidden' }, cwd: d })
  } catch (e) {
    console.log((e as Error).message)
  }
})
