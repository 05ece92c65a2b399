import { once } from 'node:events'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { place, SECRET } from '../support/gateway.ts'
import { BOBS_SECRET } from '../support/redis-place.ts'

const BOUND = 'a-secret-of-a-job-that-is-long-enough-for-a-key'

const YAML = `
teams:
  - { id: science, project_required: true, projects: [search, support] }
  - { id: sales, projects: [deals] }
defaults: { project: { budgets: [{ limit_usd: 1, period: daily }] } }
keys:
  - { id: ada, team: science, secret: "${SECRET}", tags: { owner: ada } }
  - { id: job, team: science, project: support, secret: "${BOUND}" }
  - { id: bob, team: sales, secret: "${BOBS_SECRET}" }
`

const chat = {
  model: 'gpt-4o-mini',
  max_tokens: 5,
  messages: [{ role: 'user' as const, content: 'For whom?' }],
}
const message = { ...chat, model: 'claude-sonnet-4-5' }

async function running(more = '') {
  const made = await place(YAML + more)
  const gateway = await made.start()
  const post = (path: string, secret: string, body: object, headers: Record<string, string> = {}) =>
    fetch(gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const spent = async (account: string) =>
    ((await (await gateway.admin(`/admin/v1/spend?account=${account}`)).json()) as { spent_usd: string })
      .spent_usd
  return { ...made, gateway, post, spent }
}

const q = { 'x-tollgate-project': 'search' }

it('a call of a team that names projects is charged to the one it names', async () => {
  const { post, spent, provider } = await running()
  expect((await post('/v1/chat/completions', SECRET, chat, q)).status).toBe(200)
  expect(await spent('project:search')).toBe(await spent('key:ada'))
  expect((await post('/v1/chat/completions', BOUND, chat)).status).toBe(200)
  expect(await spent('project:support')).toBe(await spent('key:job'))
  expect(provider.requests).toHaveLength(2)
  for (const { headers } of provider.requests) expect(Object.keys(headers).join()).not.toContain('tollgate')
})

it.each([
  ['/v1/chat/completions', chat, (body: { error: { message: string; param: string } }) => body.error.param],
  ['/v1/messages', message, (body: { type: string }) => body.type && 'x-tollgate-project'],
  ['/v1beta/models/gemini-2.5-flash:generateContent', { contents: [] }, () => 'x-tollgate-project'],
  ['/openai/files', {}, () => 'x-tollgate-project'],
] as const)('%s without one is refused before anything is spent, and told how', async (path, body, param) => {
  const { post, provider, spent } = await running()
  const answer = await post(path, SECRET, body)
  const told = (await answer.json()) as never
  expect(answer.status).toBe(400)
  expect(JSON.stringify(told)).toContain(
    'Send the header `x-tollgate-project: <id>` (one of search, support)',
  )
  expect(param(told)).toBe('x-tollgate-project')
  expect(provider.requests).toHaveLength(0)
  expect(await spent('org:default')).toBe('0.000000000')
})

it('a project is one of the caller’s own team, and a bound key has no other', async () => {
  const { post, provider } = await running()
  for (const [secret, project] of [
    [SECRET, 'deals'],
    [BOBS_SECRET, 'search'],
    [BOUND, 'search'],
    [SECRET, 'nobody’s'.replace('’', '')],
  ] as const) {
    const answer = await post('/v1/chat/completions', secret, chat, { 'x-tollgate-project': project })
    expect([answer.status, project]).toEqual([400, project])
  }
  expect((await post('/v1/chat/completions', BOBS_SECRET, chat)).status).toBe(200)
  expect(provider.requests).toHaveLength(1)
})

it('a session says its project too', async () => {
  const { gateway } = await running()
  const url = `${gateway.url.replace('http', 'ws')}/v1/realtime?model=gpt-realtime`
  const opening = new WebSocket(url, { headers: { authorization: `Bearer ${SECRET}` } })
  const [, answer] = (await once(opening, 'unexpected-response')) as [unknown, { statusCode: number }]
  expect(answer.statusCode).toBe(400)
  const named = new WebSocket(url, { headers: { authorization: `Bearer ${SECRET}`, ...q } })
  named.on('error', () => {})
  const statusOf = Promise.race([
    once(named, 'open').then(() => 101),
    once(named, 'unexpected-response').then(([, { statusCode }]) => statusCode),
  ])
  expect(await statusOf).not.toBe(400)
  named.terminate()
})

it('whoever lists its models or its own accounts names none', async () => {
  const { gateway } = await running()
  const headers = { authorization: `Bearer ${SECRET}` }
  for (const path of ['/v1/models', '/tollgate/me', '/v1/models?limit=1'])
    expect((await fetch(gateway.url + path, { headers })).status, path).toBe(200)
})

it('a project of the directory is found at once, with its account', async () => {
  const { gateway, post, spent } = await running()
  const named = { 'x-tollgate-project': 'made-later' }
  expect((await post('/v1/chat/completions', BOBS_SECRET, chat, named)).status).toBe(400)
  const made = await fetch(`${gateway.adminUrl}/admin/v1/projects`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer the-token-of-the-operators-of-this-test',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ id: 'made-later', team: 'sales' }),
  })
  expect(made.status).toBe(201)
  expect((await post('/v1/chat/completions', BOBS_SECRET, chat, named)).status).toBe(200)
  expect(await spent('project:made-later')).not.toBe('0.000000000')
})

it('tags of a request are in its record, and those of its key win', async () => {
  const { post, gateway } = await running()
  const tags = { ...q, 'x-tollgate-tags': 'feature=search, owner=eve' }
  expect((await post('/v1/chat/completions', SECRET, chat, tags)).status).toBe(200)
  const rows = await gateway.admin('/admin/v1/spend?group_by=tag:feature,tag:owner')
  expect(await rows.json()).toMatchObject({ rows: [{ 'tag:feature': 'search', 'tag:owner': 'ada' }] })
  const wrong = await post('/v1/chat/completions', SECRET, chat, { ...q, 'x-tollgate-tags': 'nonsense' })
  expect(await wrong.json()).toMatchObject({ error: { code: 'invalid_request', param: 'x-tollgate-tags' } })
})
