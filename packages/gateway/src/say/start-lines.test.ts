import { expect, it } from 'vitest'
import { loadConfig } from '../config/index.ts'
import { startLines } from './start-lines.ts'

const started = {
  url: 'http://127.0.0.1:8787',
  adminUrl: 'http://127.0.0.1:8788',
  adminToken: { token: 'secret', keptIn: undefined },
  demo: undefined,
  kubernetes: false,
  cwd: '/srv',
}

it('says what a gateway without a config does', () => {
  const config = loadConfig({ env: { OPENAI_API_KEY: 'sk-1' }, cwd: '/srv' })
  const demo = { secret: 'tg-demo', team: 'default', keptIn: '/srv/data/demo-key' }
  const adminToken = { token: 'secret', keptIn: '/srv/data/admin-token' }
  expect(startLines({ ...started, config, demo, adminToken })).toEqual([
    'store     ./data/tollgate.db (this machine)',
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
    'store     /srv/data/tollgate.db (this machine)',
  )
})

it('never says a secret of the operators', () => {
  const config = loadConfig({ env: { OPENAI_API_KEY: 'sk-1', TOLLGATE_ADMIN_TOKEN: 'secret' }, cwd: '/srv' })
  const text = startLines({ ...started, config }).join('\n')
  expect(text).toMatch(/^admin +http:\/\/127\.0\.0\.1:8788 \(token as configured\)$/m)
  expect(text).not.toMatch(/sk-1|secret/)
})
