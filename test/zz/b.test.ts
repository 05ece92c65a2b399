import { appendFileSync } from 'node:fs'
import { it } from 'vitest'
import { place } from '../support/gateway.ts'
import { operatorAt } from '../admin/operator.ts'
const log = (...a: unknown[]) => appendFileSync('/tmp/b.log', a.map((x) => typeof x === 'string' ? x : JSON.stringify(x)).join(' ') + '\n')
it('key scopes on passages', async () => {
  const { start, provider } = await place(`teams: [{ id: science }]\n`)
  const g = await start()
  const admin = operatorAt(g.adminUrl)
  const made = async (id: string, scopes: object) => ((await admin('POST', '/keys', { id, team: 'science', scopes })).body as any).secret as string
  const models = await made('m', { models: ['gpt-4o-mini'] })
  const cost = await made('c', { max_cost_usd: '0.0001' })
  const text = await made('t', { endpoints: ['text'] })
  const calls: [string, string, object | undefined][] = [
    ['POST', '/v1/fine_tuning/jobs', { model: 'gpt-4o', training_file: 'x' }],
    ['POST', '/v1/batches', { input_file_id: 'f', endpoint: '/v1/chat/completions', completion_window: '24h' }],
    ['POST', '/openai/v1/batches', { input_file_id: 'f' }],
    ['POST', '/v1/assistants', { model: 'gpt-4o' }],
    ['POST', '/v1/threads/runs', { model: 'gpt-4o' }],
    ['POST', '/v1/videos', { model: 'sora' }],
    ['POST', '/v1/whatever', { model: 'gpt-4o' }],
    ['GET', '/v1/files', undefined],
    ['POST', '/v1/images/generations', { model: 'gpt-image-1', prompt: 'x' }],
    ['POST', '/v1/chat/completions', { model: 'gpt-4o', messages: [{ role: 'user', content: 'x' }] }],
    ['POST', '/v1/chat/completions', { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'x' }] }],
  ]
  for (const [name, secret] of [['models', models], ['cost', cost], ['text', text]] as const)
    for (const [method, path, body] of calls) {
      const r = await fetch(g.url + path, { method, headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
      log(name, method, path, r.status, (await r.text()).slice(0, 160))
    }
  log('provider saw', provider.requests.map((r: any) => r.path ?? r.url))
  for (const p of ['/v1/models/%zz', '/v1/%zz', '/%zz', '/v1/models/%E0%A4%A']) { const r = await fetch(g.url + p); log('anon', p, r.status, (await r.text()).slice(0, 120)) }
  const t = performance.now()
})
it('flood access', async () => {
  const { start } = await place(`
tiers:
  default: { models: ["gpt-4o-mini"] }
teams: [{ id: science, tier: default }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}" }]
`)
  const g = await start()
  const t = performance.now()
  let n = 0, statuses: Record<string, number> = {}
  for (let i = 0; i < 300; i++) {
    const r = await fetch(g.url + '/tollgate/access', { method: 'POST', headers: { authorization: `Bearer a-secret-of-ada-that-is-long-enough-for-a-key`, 'content-type': 'application/json' }, body: JSON.stringify({ tier: 'default', reason: 'x'.repeat(1000), lasts: '366d' }) })
    statuses[r.status] = (statuses[r.status] ?? 0) + 1; await r.text()
    if (i % 50 === 0) log('flood', i, (performance.now() - t).toFixed(0))
  }
  log('flood end', (performance.now() - t).toFixed(0), statuses)
})
it('long model', async () => {
  const { start } = await place(`
tiers:
  default: { models: ["*gpt-4o*mini*"] }
teams: [{ id: science, tier: default }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}" }]
`)
  const g = await start()
  for (const n of [1000, 3000, 9000, 27000]) {
    const t = performance.now()
    const r = await fetch(g.url + '/v1/chat/completions', { method: 'POST', headers: { authorization: `Bearer a-secret-of-ada-that-is-long-enough-for-a-key`, 'content-type': 'application/json' }, body: JSON.stringify({ model: 'gpt-4omini'.repeat(n / 10) + '!', messages: [{ role: 'user', content: 'x' }] }) })
    const text = await r.text()
    log('model length', n, r.status, (performance.now() - t).toFixed(0) + 'ms', text.length)
  }
})
