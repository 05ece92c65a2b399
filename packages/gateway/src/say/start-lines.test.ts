import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { loadConfig } from '../config/index.ts'
import { startLines } from './start-lines.ts'

const started = {
  url: 'http://127.0.0.1:8787',
  adminUrl: 'http://127.0.0.1:8788',
  adminToken: { token: 'secret', keptIn: undefined },
  front: {},
  warnings: [],
  kubernetes: false,
  cwd: '/srv',
}

it('says what a gateway without a config does', () => {
  const config = loadConfig({ env: { OPENAI_API_KEY: 'sk-1' }, cwd: '/srv' })
  const demo = { secret: 'tg-demo', team: 'default', keptIn: '/srv/data/demo-key' }
  const adminToken = { token: 'secret', keptIn: '/srv/data/admin-token' }
  expect(startLines({ ...started, config, front: { demo }, adminToken })).toEqual([
    'store     ./data/tollgate.db (this machine; a fleet: store: redis://…)',
    'provider  openai ✓ OPENAI_API_KEY',
    'policy    daily-budget-cap: $50.00 per key per day, UTC',
    'key       tg-demo (team default; in ./data/demo-key)',
    'python    OpenAI(base_url="http://127.0.0.1:8787/v1", api_key="tg-demo")',
    'admin     http://127.0.0.1:8788 (token in ./data/admin-token)',
  ])
})

it('shows a store elsewhere by its whole path', () => {
  const config = loadConfig({ env: {}, cwd: '/srv' })
  expect(startLines({ ...started, config, cwd: '/home/ada' })[0]).toBe(
    'store     /srv/data/tollgate.db (this machine; a fleet: store: redis://…)',
  )
})

it('says how many keys of a provider there are', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'tollgate.yaml'), 'providers: { openai: { apiKeys: [sk-1, sk-2] } }')
  const config = loadConfig({ file: 'tollgate.yaml', env: {}, cwd })
  expect(startLines({ ...started, config, cwd })).toContain('provider  openai ✓ 2 keys as configured')
})

it('never says a secret of the operators', () => {
  const config = loadConfig({ env: { OPENAI_API_KEY: 'sk-1', TOLLGATE_ADMIN_TOKEN: 'secret' }, cwd: '/srv' })
  const text = startLines({ ...started, config }).join('\n')
  expect(text).toMatch(/^admin +http:\/\/127\.0\.0\.1:8788 \(token as configured\)$/m)
  expect(text).not.toMatch(/sk-1|secret/)
})

it('says where a fleet keeps its books, without who logs in there, and what is wrong with the place', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'tollgate-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  const store = 'rediss://books:p%40ss-word@redis.internal:6380/2?prefix=staging'
  writeFileSync(
    join(cwd, 'tollgate.yaml'),
    `
store: "${store}"
org: acme
admin: { token: "operators" }
master_key: "a-master-key-of-at-least-thirty-two-bytes"
audit: [{ type: ndjson, path: audit.ndjson }]
keys: [{ id: ci, secret: "a-secret-of-at-least-thirty-two-characters" }]
providers: { openai: { dialect: openai, apiKey: sk-1 } }
`,
  )
  const config = loadConfig({ file: 'tollgate.yaml', env: {}, cwd })
  const warnings = ['There is no append-only file.']
  expect(startLines({ ...started, config, warnings, kubernetes: true })).toEqual([
    'store     rediss://redis.internal:6380/2?prefix=staging (a fleet; books of acme)',
    'provider  openai ✓ key as configured',
    'policy    none: only the budgets of teams, users and keys',
    'key       ci in tollgate.yaml',
    'python    OpenAI(base_url="http://127.0.0.1:8787/v1", api_key="tg-…")',
    'admin     http://127.0.0.1:8788 (token as configured)',
    'warning   There is no append-only file.',
  ])
})
