import { describe, expect, it } from 'vitest'
import { place } from '../support/gateway.ts'
import { operatorAt } from './operator.ts'

const YAML = `
tiers:
  default: { models: ["gpt-4o-mini"] }
  project: { models: ["gpt-4o*"], approval: team-lead }
teams: [{ id: science, tier: default, budgets: [{ limit_usd: 50, period: daily }] }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}" }]
`

const call = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What does a toll cost?' }],
}

interface Changed {
  readonly kind: string
  readonly id: string
  readonly before: object | null
  readonly after: object | null
}

/** Every name of a field, at any depth. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const names = Array.isArray(value) ? [] : Object.keys(value)
  return [...names, ...Object.values(value).flatMap(namesIn)]
}

async function served() {
  const { start, folder } = await place(YAML)
  const gateway = await start()
  return { gateway, folder, admin: operatorAt(gateway.adminUrl) }
}

describe('a team', () => {
  it('is made, read, listed, changed and removed', async () => {
    const { admin } = await served()
    const made = await admin('POST', '/teams', { id: 'arts', tier: 'default', cost_center: '4711' })
    expect(made).toMatchObject({ status: 201, etag: '"1"' })
    expect(made.body).toMatchObject({ id: 'arts', tier: 'default', cost_center: '4711', owner: 'directory' })
    const changed = await admin('PATCH', '/teams/arts', { cost_center: null, leads: ['grace'] })
    expect(changed.etag).toBe('"2"')
    expect(changed.body).toMatchObject({ id: 'arts', tier: 'default', leads: ['grace'], revision: 2 })
    expect(changed.body).not.toHaveProperty('cost_center')
    expect((await admin('GET', '/teams/arts')).body).toEqual(changed.body)
    const { data } = (await admin('GET', '/teams')).body as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['arts', 'science'])
    expect(await admin('DELETE', '/teams/arts')).toMatchObject({ status: 204 })
    expect(await admin('GET', '/teams/arts')).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('that is there already is not made again', async () => {
    const { admin } = await served()
    await admin('POST', '/teams', { id: 'arts' })
    expect(await admin('POST', '/teams', { id: 'arts' })).toMatchObject({ status: 409, code: 'conflict' })
  })

  it('of the config file is changed there and nowhere else', async () => {
    const { admin } = await served()
    for (const refused of [
      await admin('PATCH', '/teams/science', { label: 'Science' }),
      await admin('DELETE', '/teams/science'),
      await admin('PUT', '/budgets/team:science', { budgets: [{ limit_usd: '1000', period: 'daily' }] }),
      await admin('PATCH', '/keys/ada', { label: 'Ada' }),
      await admin('POST', '/keys/ada/rotate', {}),
      await admin('POST', '/keys/ada/revoke', {}),
    ]) {
      expect(refused).toMatchObject({ status: 409, code: 'read_only' })
      expect(refused.message).toContain('tollgate.yaml')
    }
  })

  it('has no tier that there is not, and is told the nearest one', async () => {
    const { admin } = await served()
    const { status, message } = await admin('POST', '/teams', { id: 'arts', tier: 'projct' })
    expect(status).toBe(400)
    expect(message).toContain('did you mean project.')
  })
})

it('a team that is given another tier has it with its next request, on a gateway that remembers the old one', async () => {
  const { admin, gateway } = await served()
  await admin('POST', '/teams', { id: 'arts', tier: 'default' })
  const { secret } = (await admin('POST', '/keys', { team: 'arts' })).body as { secret: string }
  const ask = () => status(gateway.client(secret).chat.completions.create({ ...call, model: 'gpt-4o' }))
  expect(await ask()).toBe(403)
  await admin('PATCH', '/teams/arts', { tier: 'project' })
  expect(await ask()).toBe(200)
  await admin('PATCH', '/teams/arts', { tier: 'default' })
  expect(await ask()).toBe(403)
})

describe('a key', () => {
  it('calls at once, is charged to its own account, and is told once', async () => {
    const { admin, gateway } = await served()
    await admin('POST', '/teams', { id: 'arts' })
    const fields = { id: 'poet', team: 'arts', budgets: [{ limit_usd: '2', period: 'daily' }] }
    const made = await admin('POST', '/keys', fields)
    const { secret } = made.body as { secret: string }
    expect(secret).toMatch(/^tg-/)
    await gateway.client(secret).chat.completions.create(call)
    const { body } = await admin('GET', '/budgets/key:poet')
    expect(body).toMatchObject({
      account: 'key:poet',
      owner: 'directory',
      budgets: [{ limit_usd: '2.000000000' }],
    })
    expect(Number((body as { spent_usd: string }).spent_usd)).toBeGreaterThan(0)
    expect(JSON.stringify(await admin('GET', '/keys'))).not.toContain(secret)
    expect(JSON.stringify((await admin('GET', '/changes')).body)).not.toContain(secret)
  })

  it('is rotated with a grace, and without', async () => {
    const { admin, gateway } = await served()
    const { secret: first } = (await admin('POST', '/keys', { id: 'poet', team: 'science' })).body as {
      secret: string
    }
    const rotated = await admin('POST', '/keys/poet/rotate', { grace: '1h' })
    const { secret: second } = rotated.body as { secret: string }
    await gateway.client(first).chat.completions.create(call)
    await gateway.client(second).chat.completions.create(call)
    const { secret: third } = (await admin('POST', '/keys/poet/rotate', { grace: '0s' })).body as {
      secret: string
    }
    await gateway.client(third).chat.completions.create(call)
    await expect.poll(() => status(gateway.client(second).models.list())).toBe(401)
  })

  it('is refused within a second once it is revoked', async () => {
    const { admin, gateway } = await served()
    const { secret } = (await admin('POST', '/keys', { id: 'poet', team: 'science' })).body as {
      secret: string
    }
    await gateway.client(secret).models.list()
    expect((await admin('POST', '/keys/poet/revoke', {})).body).toHaveProperty('revoked_at')
    await expect.poll(() => status(gateway.client(secret).models.list())).toBe(401)
    expect(await admin('PATCH', '/keys/poet', { label: 'late' })).toMatchObject({ status: 400 })
  })
})

async function status(asked: PromiseLike<unknown>): Promise<number> {
  return asked.then(
    () => 200,
    (error: { status: number }) => error.status,
  )
}

describe('what is sent', () => {
  it('is refused by the name of the field, with the nearest right one', async () => {
    const { admin } = await served()
    const misspelt = await admin('POST', '/teams', { id: 'arts', cost_centre: '1' })
    expect(misspelt).toMatchObject({ status: 400, code: 'invalid_request', param: 'cost_centre' })
    expect(misspelt.message).toContain('did you mean cost_center')
    const deep = { models: ['*'], rank: 1, caps: { max_cost: '1' } }
    expect((await admin('POST', '/tiers', { id: 'big', ...deep })).message).toContain('max_cost_usd')
    expect((await admin('POST', '/tiers', { id: 'big', models: [7], rank: 1 })).param).toBe('models.0')
    expect((await admin('GET', '/teams?limt=1')).message).toContain('did you mean limit')
  })

  it('is money as decimal text, and never as a number', async () => {
    const { admin } = await served()
    const tier = (max_cost_usd: unknown) => ({ id: 'big', models: ['*'], rank: 9, caps: { max_cost_usd } })
    expect(await admin('POST', '/tiers', tier(0.1))).toMatchObject({
      status: 400,
      param: 'caps.max_cost_usd',
    })
    expect((await admin('POST', '/tiers', tier('0.1'))).body).toMatchObject({
      caps: { max_cost_usd: '0.100000000' },
    })
  })
})

describe('a list', () => {
  it('comes in pages, each thing once', async () => {
    const { admin } = await served()
    for (const id of ['a', 'b', 'c', 'd']) await admin('POST', '/teams', { id })
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const page = (await admin('GET', `/teams?limit=2${cursor}`)).body as {
        data: { id: string }[]
        next_cursor: string | null
      }
      expect(page.data.length).toBeLessThanOrEqual(2)
      seen.push(...page.data.map(({ id }) => id))
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'science'])
    expect(await admin('GET', '/teams?cursor=nonsense')).toMatchObject({ status: 400, param: 'cursor' })
  })
})

describe('a revision', () => {
  it('that somebody has changed is not written over', async () => {
    const { admin } = await served()
    await admin('POST', '/teams', { id: 'arts' })
    await admin('PATCH', '/teams/arts', { label: 'Arts' }, { 'if-match': '"1"' })
    const beaten = await admin('PATCH', '/teams/arts', { label: 'Crafts' }, { 'if-match': '"1"' })
    expect(beaten).toMatchObject({ status: 412, code: 'precondition_failed', etag: '"2"' })
    expect(await admin('DELETE', '/teams/arts', undefined, { 'if-match': '"1"' })).toMatchObject({
      status: 412,
    })
    expect((await admin('GET', '/teams/arts')).body).toMatchObject({ label: 'Arts' })
  })

  it('is compared by whatever changes a key, and by whoever decides on access', async () => {
    const { admin } = await served()
    await admin('POST', '/keys', { id: 'poet', team: 'science' })
    await admin('PATCH', '/keys/poet', { label: 'new' })
    const stale = { 'if-match': '"1"' }
    for (const [method, path] of [
      ['PATCH', '/keys/poet'],
      ['POST', '/keys/poet/rotate'],
      ['POST', '/keys/poet/revoke'],
    ] as const)
      expect(await admin(method, path, {}, stale)).toMatchObject({ status: 412, etag: '"2"' })
    expect((await admin('GET', '/keys/poet')).body).toMatchObject({ revision: 2 })
    expect(await admin('POST', '/keys/poet/revoke', {}, { 'if-match': '"2"' })).toMatchObject({ status: 200 })

    const wish = { id: 'r1', account: 'team:science', tier: 'project', reason: 'because', lasts: '1h' }
    await admin('POST', '/access-requests', wish)
    for (const verb of ['approve', 'deny'])
      expect(await admin('POST', `/access-requests/r1/${verb}`, {}, { 'if-match': '"7"' })).toMatchObject({
        status: 412,
        etag: '"1"',
      })
    expect((await admin('GET', '/access-requests/r1')).body).toMatchObject({ state: 'open' })
  })

  it('is asked of nothing that has none', async () => {
    const { admin } = await served()
    await admin('POST', '/keys', { id: 'poet', team: 'science' })
    const budgets = { budgets: [{ limit_usd: '1', period: 'daily' }] }
    expect(await admin('PUT', '/budgets/key:poet', budgets, { 'if-match': '"1"' })).toMatchObject({
      status: 400,
      param: 'if-match',
    })
    expect(await admin('PUT', '/budgets/key:poet', budgets, { 'if-match': '*' })).toMatchObject({
      status: 200,
    })
  })
})

describe('a repeated request', () => {
  const key = { 'idempotency-key': 'create-arts-1' }

  it('is done once, and answered as it was', async () => {
    const { admin } = await served()
    const first = await admin('POST', '/teams', { id: 'arts' }, key)
    const again = await admin('POST', '/teams', { id: 'arts' }, key)
    expect(again).toMatchObject({ status: 201, body: first.body, etag: first.etag })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(await admin('POST', '/teams', { id: 'crafts' }, key)).toMatchObject({
      status: 409,
      code: 'conflict',
    })
  })

  it('makes one key, and tells its secret to whoever asked first', async () => {
    const { admin } = await served()
    const first = (await admin('POST', '/keys', { team: 'science' }, key)).body as {
      id: string
      secret: string
    }
    const again = (await admin('POST', '/keys', { team: 'science' }, key)).body as {
      id: string
      secret: null
    }
    expect(again).toEqual({ ...first, secret: null })
    const { data } = (await admin('GET', '/keys')).body as { data: unknown[] }
    expect(data).toHaveLength(2)
  })

  it('may be tried again when it came to nothing', async () => {
    const { admin } = await served()
    expect((await admin('POST', '/teams', { id: 'arts', tier: 'none' }, key)).status).toBe(400)
    expect((await admin('POST', '/teams', { id: 'arts' }, key)).status).toBe(201)
  })
})

describe('the history', () => {
  it('says who changed what, with before and after', async () => {
    const { admin } = await served()
    await admin('POST', '/teams', { id: 'arts', label: 'Arts' })
    await admin('PATCH', '/teams/arts', { label: 'Crafts' })
    const { data } = (await admin('GET', '/changes?limit=1')).body as { data: object[] }
    expect(data).toMatchObject([
      { kind: 'team', id: 'arts', by: 'admin', before: { label: 'Arts' }, after: { label: 'Crafts' } },
    ])
  })

  it('writes what was before and after as the API does, of every kind', async () => {
    const { admin } = await served()
    await admin('POST', '/teams', { id: 'arts', cost_center: '4711', project_required: true })
    await admin('POST', '/projects', { id: 'opera', team: 'arts' })
    await admin('POST', '/users', { id: 'ada', team: 'arts', role: 'viewer' })
    const caps = { max_cost_usd: '0.250000000', max_input_tokens: 1000 }
    await admin('POST', '/tiers', { id: 'capped', models: ['*'], rank: 7, caps })
    const scopes = { max_cost_usd: '0.5', models: ['gpt-4o'] }
    await admin('POST', '/keys', { id: 'poet', team: 'arts', scopes, expires_at: '2099-01-01T00:00:00Z' })
    await admin('POST', '/keys/poet/rotate', { grace: '1h' })
    const wish = { id: 'r1', account: 'key:poet', models: ['gpt-4o'], reason: 'because', lasts: '1h' }
    await admin('POST', '/access-requests', wish)
    await admin('PATCH', '/orgs/default', { label: 'All' })

    const { data } = (await admin('GET', '/changes')).body as { data: Changed[] }
    for (const { before, after } of data)
      for (const name of namesIn([before, after])) expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
    const afterOf = (kind: string, id: string) =>
      data.find((one) => one.kind === kind && one.id === id)?.after
    expect(new Set(data.map(({ kind }) => kind))).toEqual(
      new Set(['team', 'project', 'user', 'tier', 'key', 'access_request', 'org', 'budgets']),
    )
    for (const [kind, id, path] of [
      ['team', 'arts', '/teams/arts'],
      ['project', 'opera', '/projects/opera'],
      ['user', 'ada', '/users/ada'],
      ['tier', 'capped', '/tiers/capped'],
      ['key', 'poet', '/keys/poet'],
      ['access_request', 'r1', '/access-requests/r1'],
    ] as const)
      expect((await admin('GET', path)).body).toMatchObject(afterOf(kind, id)!)
    expect(afterOf('tier', 'capped')).toMatchObject({ caps })
  })
})

it('says which methods there are, and where to read what else', async () => {
  const { admin } = await served()
  const refused = await admin('PUT', '/teams/science', {})
  expect(refused).toMatchObject({ status: 405, code: 'method_not_allowed' })
  expect(refused.headers.get('allow')).toBe('GET, PATCH, DELETE')
  expect((await admin('GET', '/nothing')).message).toContain('/admin/v1/openapi.json')
  expect((await admin('GET', '/openapi.json')).body).toMatchObject({ openapi: '3.1.0' })
})
